// Why a note sounds, in words. What the piece says stands in its own language and is
// marked as such; what is the page's is in the listener's.

import { carrierWord, number, pitchName, polarityWord, say } from "./words.js";

/** @typedef {import("./score.js").Note} Note */
/** @typedef {{text: string, piece?: boolean, program?: boolean}} Part a text, the piece's own or the program's, which is English */

/** The ends of names that are units, as the program reads them. */
const units = /** @type {const} */ ([
  ["_kmh", "km/h"],
  ["_mph", "mph"],
  ["_pct", "%"],
  ["_percent", "%"],
  ["_c", "°C"],
  ["_ppm", "ppm"],
  ["_lux", "lux"],
  ["_s", "s"],
  ["_ms", "ms"],
  ["_m", "m"],
  ["_eur", "€"],
  ["_usd", "$"],
]);

/** What the engine says was read where events sound together: the value is how many. */
const CROWD = "events at once";

/**
 * @param {Note} n
 * @returns {{label: string, who: string, what: Part[], pitch: string, voice: string, says: string}}
 */
export function why(n) {
  const maker = n.cause ? n.piece.makers[n.cause.maker] : undefined;
  const voice = n.piece.voices[n.voice];
  return {
    label: n.cause?.label ?? "",
    who: maker ? called(maker) : "",
    what: n.data ? value(n) : [],
    pitch: voice?.pitched ? pitchName(n.pitch) : "",
    voice: voice ? called(voice) : "",
    says: maker?.says ?? "",
  };
}

/**
 * "Ace, 201 km/h → A5, lead", in parts.
 * @param {Note} n
 * @returns {Part[]}
 */
export function parts(n) {
  const w = why(n);
  /** @type {Part[]} */
  const out = [];
  if (w.label) out.push({ text: w.label, piece: true });
  else {
    if (w.who) out.push({ text: w.who, piece: true });
    if (w.what.length > 0) out.push({ text: w.who ? ", " : "" }, ...w.what);
    if (out.length === 0 && !n.data) out.push({ text: say("pattern") });
  }
  out.push({ text: " → " });
  if (w.pitch) out.push({ text: w.pitch + (w.voice ? ", " : "") });
  if (w.voice) out.push({ text: w.voice, piece: true });
  return out;
}

/** @param {Part[]} of */
export function textOf(of) {
  return of.map((p) => p.text).join("");
}

/**
 * What becomes what, and how, as the legend says it: "how fast the serve was → pitch:
 * the more, the higher".
 * @param {Note} n
 * @returns {Part[]}
 */
export function mapping(n) {
  const maker = n.cause ? n.piece.makers[n.cause.maker] : undefined;
  if (!maker) return [];
  const what = { text: maker.doc || called(maker), piece: true };
  if (!maker.carrier) return maker.doc ? [what] : [];
  const polarity = polarityWord(maker.carrier, maker.polarity);
  return [what, { text: ` → ${carrierWord(maker.carrier)}${polarity ? say("colon") + polarity : ""}` }];
}

/**
 * Fills an element with parts, each marked with its language where it is not the
 * page's.
 * @param {Element} into
 * @param {Part[]} of
 * @param {string} [lang] of the piece
 */
export function put(into, of, lang = "en") {
  into.append(
    ...of.map((p) => {
      if (!p.piece && !p.program) return p.text;
      const span = document.createElement("span");
      span.lang = p.program ? "en" : lang;
      span.textContent = p.text;
      return span;
    }),
  );
}

/**
 * @param {Note} n
 * @returns {Part[]}
 */
function value(n) {
  const c = n.cause;
  if (!c || c.value === null) return [];
  if (typeof c.value === "boolean") return [{ text: c.value ? "✓" : "✗" }];
  if (typeof c.value === "string") return [{ text: c.value, piece: true }];
  if (c.from === CROWD) return [{ text: say("atOnce", { n: number(c.value) }) }];
  const unit = n.piece.makers[c.maker]?.unit || units.find(([end]) => c.from.endsWith(end))?.[1];
  return [{ text: number(c.value) + (unit ? "\u00a0" : "") }, ...(unit ? [{ text: unit, piece: true }] : [])];
}

/**
 * How much a note says: a value with its unit is what one wants to know.
 * @param {Note} n
 */
function rank(n) {
  const c = n.cause;
  if (!c || typeof c.value !== "number") return c?.label ? 1 : 0;
  return n.piece.makers[c.maker]?.unit || units.some(([end]) => c.from.endsWith(end)) ? 3 : 2;
}

/** How long a line stays at least, so that it can be read, in frames. */
const READABLE = 1.2 * 48000;

/**
 * Chooses the note of which the line of the cause tells: of those of one event, and of
 * those that came while the line before was being read, the one that says most.
 */
export class Teller {
  constructor() {
    /** @type {Note | null} */
    this.told = null;
    this.since = 0; // the frame at which it was first told
  }

  /**
   * @param {Note[]} notes by frame
   * @param {number} now
   * @returns {Note | null} what is to be told from now on; null if nothing new is
   */
  next(notes, now) {
    if (now < this.since) this.told = null; // another run
    const told = this.told;
    const reading = told !== null && now - this.since < READABLE;
    /** @type {Note | null} */
    let best = null;
    for (let i = notes.length - 1; i >= 0; i--) {
      const n = notes[i];
      if (n.frame > now) continue;
      if (told ? n.frame < told.frame : best && n.frame < best.frame) break;
      if (!n.data || n.cause?.step !== 0 || n === told) continue;
      if (told && n.piece === told.piece && n.cause.event === told.cause?.event) {
        if (rank(n) <= rank(told)) continue;
      } else if (reading || (told && n.frame <= told.frame)) continue;
      if (!best || rank(n) > rank(best)) best = n;
    }
    if (!best) return null;
    this.told = best;
    this.since = now;
    return best;
  }
}

/**
 * What people call something of the piece.
 * @param {{title?: string, name: string}} x
 */
export function called(x) {
  return x.title || readable(x.name);
}

/**
 * A name of the piece as a person would write it.
 * @param {string} name
 */
export function readable(name) {
  return name.replace(/[_-]+/g, " ");
}
