// What the page composes of a piece, in French, and every word of it that is not: run with
// the folder of the page and a file {piece, legend}. It prints what it finds, a line each.
//
//     node words.mjs STATIC FILE

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** As much of a document as the legend needs. */
class Element {
  constructor(tag) {
    Object.assign(this, { tag, inside: [], lang: "", hidden: false, open: true, style: {}, dataset: {}, classList: { add() {}, remove() {}, toggle() {} } });
  }
  append(...more) {
    this.inside.push(...more);
  }
  replaceChildren(...more) {
    this.inside = more;
  }
  setAttribute(name, value) {
    if (name === "aria-label") this.inside.push(value);
  }
  get childNodes() {
    return this.inside;
  }
  addEventListener() {}
  set textContent(text) {
    this.inside = [text];
  }
  get textContent() {
    return this.inside.map((x) => (typeof x === "string" ? x : x.textContent)).join("");
  }
  getContext() {
    return null;
  }
}
globalThis.document = { createElement: (tag) => new Element(tag), createElementNS: (_, tag) => new Element(tag), getElementById: () => null };
globalThis.location = { href: "http://localhost/" };
globalThis.Node = Element;

const at = (name) => import(pathToFileURL(`${process.argv[2]}/${name}`));
const { languages, speak } = await at("words.js");
const { mapping, parts, put } = await at("why.js");
const { Legend } = await at("legend.js");

const found = [];
const tokens = (text) => text.toLowerCase().match(/\p{L}+/gu) ?? [];

// The tables say the same things, and French where there is French.
for (const key of Object.keys(languages.en)) {
  if (!languages.fr[key]) found.push(`${key} has no French`);
  const holes = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  if (holes(languages.en[key]) !== holes(languages.fr[key] ?? "")) found.push(`${key} has other holes in French`);
}
for (const key of Object.keys(languages.fr)) if (!(key in languages.en)) found.push(`${key} has no English`);
// Words that French writes as English does.
const alike = new Set("pause messages n volume wav midi oct min s h ms note notes octave tempo vibrato mode variation listen points pattern silence stop wall stations sections source sources station signes live m l w o t data solo http page muet".split(" "));
for (const [key, text] of Object.entries(languages.fr)) {
  const words = tokens(text.replace(/\{\w+\}/g, ""));
  if (text === languages.en[key] && words.some((w) => !alike.has(w))) found.push(`${key} is English in French: ${text}`);
}

const french = new Set([...Object.values(languages.fr).flatMap((t) => tokens(t.replace(/\{\w+\}/g, ""))), ..."do ré mi fa sol la si".split(" ")]);
speak("fr");
function read(x, lang) {
  if (typeof x === "string") {
    if (lang === "fr") {
      for (const w of tokens(x)) if (!french.has(w)) found.push(`“${w}” stands in “${x.trim()}”`);
      if (/\d\.\d/.test(x)) found.push(`a point stands in “${x.trim()}”`);
    }
    return;
  }
  for (const y of x.inside) read(y, x.lang || lang);
}

const { piece, legend } = JSON.parse(readFileSync(process.argv[3], "utf8"));
let seen = 0;
piece.makers.forEach((m, maker) => {
  for (const value of [0.15, 13594, "a text", null]) {
    const n = { piece, voice: 0, pitch: 69, data: true, cause: { maker, event: 1, step: 0, from: "speed", value } };
    const into = new Element("p");
    put(into, parts(n), piece.lang);
    put(into, mapping(n), piece.lang);
    read(into, "fr");
    seen++;
  }
});
const dialog = new Element("dialog");
const l = new Legend(dialog, { duck() {}, volume: () => 1 });
dialog.open = false; // nothing is fetched
l.begin(new URL(location.href), piece);
dialog.open = true;
l.told = legend;
l.missing = "";
l.show();
read(dialog, "fr");
if (seen === 0 || (legend.entries.length > 0 && dialog.textContent.length < 150)) found.push("there is nothing to read");

// A legend that is not there and one that did not come are told apart, and the second is
// asked for again.
speak("en");
const timers = [];
globalThis.setTimeout = (f) => timers.push(f);
globalThis.clearTimeout = () => timers.splice(0);
for (const [answer, words, again] of [
  [() => Promise.resolve({ ok: false, status: 404 }), languages.en.noLegend, 0],
  [() => Promise.resolve({ ok: false, status: 503 }), languages.en.failedLegend, 1],
  [() => Promise.reject(new TypeError("no line")), languages.en.failedLegend, 1],
]) {
  globalThis.fetch = answer;
  await l.fetch();
  if (!dialog.textContent.includes(words) || timers.length !== again) found.push(`“${words}” is not said, or ${timers.length} times asked for again`);
}
globalThis.fetch = () => Promise.resolve({ ok: true, json: () => Promise.resolve(legend) });
await timers[0]();
if (l.told !== legend || timers.length > 0) found.push("the legend does not come the second time");
if (process.argv[4]) console.error(dialog.inside[2].inside.map((x) => x.textContent).join("\n"));
for (const f of new Set(found)) console.log(f);
