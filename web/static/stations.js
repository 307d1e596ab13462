// The list of what is on.

import { Curtain } from "./curtain.js";
import { language, otherLanguage, otherTheme, theme } from "./manners.js";
import { chosen, colour, dark } from "./palette.js";
import { write } from "./pixels.js";
import { sounded, stateWord } from "./tally.js";
import { readable } from "./why.js";
import { number, say, spoken } from "./words.js";

/** @typedef {import("./tally.js").Listed} Listed */

/** @param {string} id @returns {any} */
const el = (id) => document.getElementById(id);

const curtain = new Curtain(el("curtain"));
let palette = dark;
/** @type {Listed[] | null} */
let listed = null;
let answered = true;

async function refresh() {
  try {
    listed = await (await fetch("/api/stations")).json();
    answered = true;
  } catch {
    answered = false;
  }
  show();
}

function show() {
  write(el("title"), say("stations").toUpperCase());
  document.title = say("stations") + " · Proscenium";
  el("lamp").classList.toggle("lit", answered && (listed?.length ?? 0) > 0);
  el("language").textContent = say("language");
  el("language").lang = spoken() === "en" ? "fr" : "en";
  el("theme").setAttribute("aria-label", say("theme"));
  el("state").textContent = !answered ? say("unanswered") : listed?.length === 0 ? say("nothing") : "";
  curtain.rise(true);
  curtain.draw();
  const list = el("stations");
  // Who has the keyboard on a bill keeps it.
  const held = list.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  list.replaceChildren(...(listed ?? []).map(bill));
  if (held) list.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
}

/**
 * @param {Listed} s
 * @param {number} i
 */
function bill(s, i) {
  const item = document.createElement("li");
  item.className = "station";
  item.style.setProperty("--dot", colour(palette, i));
  const link = document.createElement("a");
  link.href = s.path;
  const on = part("p", "on", "");
  const lamp = part("span", "lamp" + (s.state === "playing" ? " lit" : ""), "");
  on.append(lamp, readable(s.name));
  const title = part("h2", "title" + (s.title.length > 20 ? " long" : ""), "");
  write(title, s.title.toUpperCase());
  const count = part("p", "count", "");
  count.append(say("listeners", { n: number(s.listeners, 15) }), ...(s.heard > 0 ? [" · ", sounded(s)] : []));
  for (const source of s.sources) count.append(" · ", part("span", source.state, say("sourceIs", { source: readable(source.name), state: stateWord(source.state) })));
  link.append(on, title, part("p", "about", s.about ?? ""), count);
  item.append(link);
  return item;
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} text
 */
function part(tag, name, text) {
  const e = document.createElement(tag);
  e.className = name;
  e.textContent = text;
  return e;
}

/** @param {boolean} light */
function dress(light) {
  palette = chosen(light);
  show();
}

language();
theme(dress);
el("language").onclick = () => {
  otherLanguage();
  show();
};
el("theme").onclick = () => otherTheme(dress);
addEventListener("resize", () => curtain.draw());
await refresh();
setInterval(refresh, 5000);
