// The page of a station: what is shown, and what the listener may do.

import { Board } from "./board.js";
import { Captions } from "./captions.js";
import { Curtain } from "./curtain.js";
import { Legend } from "./legend.js";
import { language, otherLanguage, otherTheme, theme } from "./manners.js";
import { chosen, colour, dark } from "./palette.js";
import { write } from "./pixels.js";
import { Roll } from "./roll.js";
import { refusal } from "./refusal.js";
import { Score } from "./score.js";
import { Sound } from "./sound.js";
import { Voices } from "./voices.js";
import { mapping, parts, put, Teller, why } from "./why.js";
import { say, spoken } from "./words.js";
import { keys } from "./keys.js";
import { Kit } from "./kit.js";
import { MidiOut } from "./midiout.js";
import { session, sessionIs } from "./session.js";
import { Tally } from "./tally.js";
import { Wall } from "./wall.js";

/** @typedef {import("./words.js").Word} Word */

const here = new URL(".", import.meta.url);
const wanted = new URL(location.href).searchParams;

/** @param {string} id @returns {any} */
const el = (id) => document.getElementById(id);

const score = new Score();
const roll = new Roll(el("roll"), score);
const board = new Board(el("board"), el("board-table"));
const curtain = new Curtain(el("curtain"));
const captions = new Captions({ newest: el("caption"), before: el("before"), spoken: el("spoken") });
const tally = new Tally({ line: el("tally"), open: el("sources-open"), sources: el("sources"), problems: el("problems"), others: el("others") }, score);
const volume = () => Number(el("volume").value) / 100;
// Under the legend the station is still there, far off.
const legend = new Legend(el("legend"), { duck: (on) => sound?.setVolume(volume() * (on ? 0.25 : 1)), volume });
const wall = new Wall({ foot: el("wall-foot"), title: el("title") }, (on) => {
  roll.wall = on;
  board.share = on ? 0.3 : 1;
  board.fit();
  kit.awake.want("wall", on);
  if (on) curtain.rise(true);
});
/** @type {Sound} */
let sound;
/** @type {Worker} */
let link;
let latency = 255;
let playing = false;
/** @type {Word | ""} */
let trouble = "connecting";
let palette = dark;
/** A line that is cut for so long leaves the stage dark, in milliseconds. */
const DARK_MS = 5000;
let cutSince = NaN;
let darkened = false;

/** Which station: the one in the address, or the first that is on. */
async function station() {
  const m = location.pathname.match(/^\/s\/([^/]+)/);
  if (m) return decodeURIComponent(m[1]);
  const answer = await fetch("/api/stations");
  const list = await answer.json();
  const all = Array.isArray(list) ? list : list.stations;
  return all[0].name;
}

async function begin() {
  write(el("title"), "PROSCENIUM");
  settle();
  const name = await station();
  const base = new URL(`/s/${encodeURIComponent(name)}/`, location.href);
  tally.begin(name);
  legend.begin(base);
  const way = wanted.get("sound");
  sound = new Sound({ code: new URL("chip.wasm", here), station: base, way: way === "blocks" || way === "stream" ? way : undefined });
  // Before the line: it may bring the voices while the sound is still being prepared.
  voices.onchange = () => {
    sound.mute(voices.silentSlots(), voices.asideSlots(), voices.all);
    sound.pitch(voices.shift, voices.pitchedSlots());
    midi.mute(voices.silentSlots());
    midi.transpose(voices.shift);
    roll.silent = voices.silent();
    show();
  };
  const line = new URL("ws", base);
  line.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  let pulse = false;
  const dial = () => {
    link = new Worker(new URL("link.js", here), { type: "module" });
    link.onmessage = (e) => heard(e.data);
    const tape = kit.tape();
    link.postMessage({ type: "tape", port: tape }, [tape]);
    link.postMessage({ type: "pulse", on: pulse });
    link.postMessage({ type: "open", url: line.href });
  };
  dial();
  kit.onmidi = (on) => link.postMessage({ type: "pulse", on: (pulse = on) });
  sound.addEventListener("state", show);
  // A browser keeps a page that was left, with its lines, for whoever comes back to it:
  // its places are given back, and taken again then. The line is not asked to leave: it
  // may be frozen before it hears that.
  let left = false;
  window.addEventListener("pagehide", () => {
    left = true;
    link.terminate();
    sound.leave();
  });
  const again = () => {
    if (!left) return link.postMessage({ type: "again" });
    left = false;
    heard({ type: "line", state: "lost" });
    dial();
    sound.back();
  };
  for (const when of ["pageshow", "online", "focus"]) window.addEventListener(when, again);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") again();
  });
  await sound.prepare((port) => link.postMessage({ type: "player", port }, port ? [port] : []));
  sound.setVolume(volume());
  show();
  requestAnimationFrame(draw);
  // A wall sounds by itself where the browser lets it.
  if (wall.on) play();
  // For tests, and for whoever is curious.
  Object.assign(globalThis, { proscenium: { score, sound, get link() { return link; }, roll, voices, midi, kit, board, legend, wall } });
}

const voices = new Voices(el("voices"), () => palette);
const midi = new MidiOut(() => ({ now: performance.now(), frame: sound.frame - latency }));
const kit = new Kit(el("kit"), { midi, voices, heard: () => sound.frame - latency, station: () => score.pieces.at(-1)?.title ?? "Proscenium" });

// Where there is little room, what is seldom needed makes way for the music.
kit.host([el("pitch"), el("share"), el("way")], matchMedia("(max-width: 640px), (max-height: 560px)"));

/** @param {any} m from the line */
function heard(m) {
  switch (m.type) {
    case "hello":
      trouble = "";
      latency = m.hello.latency;
      sound.late.cushion = m.hello.cushion_ms;
      sound.late.cut = false;
      if (score.run !== m.hello.run || !score.pieces.length) {
        score.run = m.hello.run;
        score.begin(m.hello.piece);
      }
      piece(m.hello.piece);
      break;
    case "piece":
      score.change(m.piece);
      piece(m.piece);
      break;
    case "clock":
      sound.clock(m);
      break;
    case "keyframe":
      score.mark(m.marks);
      break;
    case "score":
      score.add(m);
      sound.margin(m.slack);
      midi.add(m.notes, m.controls);
      break;
    case "line":
      sound.late.cut = true;
      trouble = m.state;
      break;
    case "goodbye":
      trouble = m.again ? "away" : "over";
      break;
    case "newer":
      trouble = "newer";
      break;
    case "pulse":
      midi.pump();
  }
  if (m.type !== "score" && m.type !== "clock" && m.type !== "pulse") show();
}

/** @param {import("./wire.js").Piece} p */
function piece(p) {
  write(el("title"), p.title.toUpperCase());
  el("title").classList.toggle("long", p.title.length > 24);
  board.begin(p.board, p.lang ?? "en");
  legend.begin(legend.base, p);
  el("about").textContent = p.about ?? "";
  // What the piece says is read aloud in its own language.
  for (const id of ["title", "about", "caption", "before"]) el(id).lang = p.lang ?? "en";
  captions.lang = p.lang ?? "en";
  document.title = p.title + " · Proscenium";
  wall.fit();
  voices.begin(p);
  midi.begin(p);
  session(p, { play, pause });
}

async function play() {
  playing = true;
  curtain.rise(roll.still);
  show();
  const ok = await sound.play();
  trouble = ok ? (silences.has(trouble) ? "" : trouble) : await silence();
  if (!ok) playing = false;
  sessionIs(playing);
  midi.play(playing);
  show();
}

/** Why nothing is heard: the browser does not let it out, or the station does not let it in. @returns {Promise<Word>} */
async function silence() {
  if (sound.way !== "stream" || !sound.radio.unanswered) return "noSound";
  return (await refusal(new URL("ws", legend.base))) || "noStream";
}

async function pause() {
  playing = false;
  sessionIs(false);
  midi.play(false);
  await sound.pause();
  show();
}

/** Nothing comes from a station that was there. */
const isCut = () => trouble !== "" && cuts.has(trouble);
/** @type {Set<string>} */
const cuts = new Set(["lost", "away", "over", "full", "crowded", "often"]);
/** What is no fault of the line: it is there, and nothing is heard. @type {Set<string>} */
const silences = new Set(["noSound", "noStream"]);

/** The stage darkens when nothing has come for a while, and is as before when it goes on. */
function dim() {
  if (!isCut()) cutSince = NaN;
  else if (Number.isNaN(cutSince)) cutSince = performance.now();
  const dark = performance.now() - cutSince > DARK_MS;
  if (dark === darkened) return;
  darkened = dark;
  document.body.classList.toggle("darkened", dark);
  if (curtain.closed) return;
  if (dark) curtain.lower(roll.still);
  else curtain.rise(roll.still);
}

/** Brings everything that is words up to date. */
function show() {
  document.body.classList.toggle("playing", playing);
  /** @type {[string, Word][]} */
  const words = [["play-text", playing ? "pause" : "listen"], ["captions-name", "captions"],
    ["voices-name", "voices"], ["volume-name", "volume"], ["pitch-name", "pitch"], ["share", "share"], ["language", "language"], ["help", "help"],
    ["legend-open", "legend"], ["wall-open", "wall"], ["board-name", "board"]];
  for (const [id, word] of words) el(id).textContent = say(word);
  el("help").append(" · ", say("helpMore"));
  write(el("listen-text"), say("listen").toUpperCase());
  el("language").lang = spoken() === "en" ? "fr" : "en";
  el("theme").setAttribute("aria-label", say("theme"));
  el("lower").setAttribute("aria-label", say("lower"));
  el("higher").setAttribute("aria-label", say("higher"));
  el("listen").hidden = playing;
  // The words by the lamp are true: whoever reads nothing else reads those.
  const on = trouble === "" || silences.has(trouble);
  el("lamp").classList.toggle("lit", on);
  el("air-text").textContent = say(on ? "onAir" : trouble || "onAir");
  // What stands by the lamp is not said twice, but to those who do not see it.
  el("status").classList.toggle("unseen", !on);
  document.body.classList.toggle("blocked", trouble === "noSound");
  document.body.classList.toggle("cut", isCut());
  el("status").textContent = trouble ? say(trouble) : voices.all ? say("allSilent") : "";
  el("shift").textContent = voices.shift === 0 ? say("asWritten") : say("octaves", { n: (voices.shift > 0 ? "+" : "−") + Math.abs(voices.shift / 12) });
  if (sound) el("way").textContent = say(sound.way) + (sound.way === "stream" ? "" : ", " + say("behind", { ms: Math.round(sound.delay) }));
  if (!lastWhy) el("why").textContent = say("waiting");
  voices.whole = sound?.way === "stream";
  voices.show();
  kit.show();
  board.show();
  tally.show();
  wall.show();
  roll.label();
}

/** Language, theme and motion: as the listener wants them. */
function settle() {
  language();
  theme(dress);
  if (wanted.has("wall")) wall.enter(false);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  roll.still = still.matches;
  still.onchange = () => (roll.still = still.matches);
  show();
}

/** @param {boolean} light */
function dress(light) {
  palette = chosen(light);
}

const teller = new Teller();
/** @type {import("./score.js").Note | null} */
let lastWhy = null;
/** So long the card of a note that is not in the picture stays, in milliseconds. */
const CARD_MS = 8000;
let carded = { since: -Infinity, seen: false };
let shownWay = 0;
let drawnAt = -Infinity;

/** Once for every picture on the screen. */
function draw() {
  requestAnimationFrame(draw);
  const frame = sound.frame;
  // What stands still is drawn when there may be something new.
  if (!curtain.closed && (!roll.still || performance.now() - drawnAt > 120)) {
    drawnAt = performance.now();
    roll.draw(frame, palette, latency);
    place();
  }
  curtain.draw();
  const now = frame - latency;
  board.draw(score, now);
  captions.draw(score, now);
  const n = teller.next(score.notes, now);
  if (n) {
    lastWhy = n;
    tell(n);
  }
  voices.sounding(score, now);
  if (performance.now() - shownWay > 1000) {
    shownWay = performance.now();
    show();
  }
  dim();
}

/** @param {import("./score.js").Note} n */
function tell(n) {
  const dot = document.createElement("span");
  dot.className = "dot";
  dot.style.setProperty("--dot", colour(palette, n.voice));
  el("why").replaceChildren(dot);
  put(el("why"), parts(n), n.piece.lang);
}

/** Shows why a note sounds, beside it. */
function card() {
  const n = roll.chosen;
  const box = el("card");
  box.hidden = !n;
  if (!n) return;
  const title = document.createElement("b");
  put(title, parts(n), n.piece.lang);
  box.replaceChildren(title);
  put(box, mapping(n), n.piece.lang);
  const { says } = why(n);
  if (says) {
    const exactly = document.createElement("details");
    exactly.style.pointerEvents = "auto"; // the card itself lets clicks through to the notes
    const summary = document.createElement("summary");
    summary.textContent = say("exactly");
    exactly.append(summary);
    put(exactly, [{ text: says, program: true }]);
    box.append(exactly);
  }
  carded = { since: performance.now(), seen: false };
  place();
  captions.say(parts(n), n.piece.lang);
}

/** Keeps the card by its note, and closes it when the note has left the picture. */
function place() {
  const box = el("card");
  if (!roll.chosen) return;
  const at = roll.placeOf(roll.chosen);
  if (!at && (carded.seen || performance.now() - carded.since > CARD_MS)) {
    roll.chosen = null;
    box.hidden = true;
    return;
  }
  carded.seen ||= Boolean(at);
  // What has its words beside it keeps them.
  const right = roll.room - box.offsetWidth - 6;
  const under = at ? at.y + at.h + 12 : 40;
  const y = at && under + box.offsetHeight > roll.canvas.clientHeight - 6 ? at.y - box.offsetHeight - 12 : under;
  box.style.left = Math.max(6, Math.min(at?.x ?? 6, right)) + "px";
  box.style.top = Math.max(6, y) + "px";
}

/** @param {number} step */
function choose(step) {
  roll.choose(step, sound.frame - latency);
  card();
}

el("listen").onclick = el("play").onclick = () => (playing ? pause() : play());
el("volume").oninput = () => sound.setVolume(volume());
el("lower").onclick = () => voices.move(-12);
el("higher").onclick = () => voices.move(12);
el("theme").onclick = () => {
  otherTheme(dress);
  show();
};
el("language").onclick = () => {
  otherLanguage();
  if (lastWhy) tell(lastWhy);
  legend.show();
  show();
};
el("share").onclick = async () => {
  const address = location.origin + location.pathname;
  try {
    if (navigator.share) await navigator.share({ url: address });
    else await navigator.clipboard.writeText(address);
    el("share").textContent = say("shared");
  } catch {
    // The listener changed their mind, or the page may not: the address bar has it.
  }
};
el("legend-open").onclick = () => legend.toggle();
el("wall-open").onclick = () => wall.toggle();
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /** @type {HTMLElement} */ (e.target).tagName === "SELECT") return;
  if (e.key === "l") legend.toggle();
  else if (e.key === "w") wall.toggle();
});
el("roll").onclick = (/** @type {PointerEvent} */ e) => {
  const box = el("roll").getBoundingClientRect();
  roll.chosen = roll.at(e.clientX - box.left, e.clientY - box.top);
  card();
};
keys({
  toggle: () => (playing ? pause() : play()),
  silence: () => voices.toggleAll(),
  voice: (i, alone) => voices.press(i, alone),
  choose,
  leave: () => {
    roll.chosen = null;
    card();
    if (wall.on) wall.leave();
  },
  pitch: (octaves) => voices.move(12 * octaves),
  more: () => kit.toggle(),
  ticks: () => kit.toggleTicks(),
  save: () => kit.save("wav"),
  louder: (by) => {
    el("volume").value = Number(el("volume").value) + by;
    el("volume").oninput();
  },
});

begin().catch((error) => {
  console.warn("proscenium:", error);
  trouble = "lost";
  show();
  setTimeout(() => location.reload(), 5000 + Math.random() * 5000);
});
