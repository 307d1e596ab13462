// Why a note sounds, in words.

import { number, pitchName, say } from "./words.js";

/** @typedef {import("./score.js").Note} Note */

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

/**
 * @param {Note} n
 * @returns {{who: string, what: string, pitch: string, voice: string, says: string}}
 */
export function why(n) {
  const maker = n.cause ? n.piece.makers[n.cause.maker] : undefined;
  const voice = n.piece.voices[n.voice];
  return {
    who: readable(maker?.name ?? ""),
    what: n.data ? value(n, maker?.name ?? "") : "",
    pitch: voice?.pitched ? pitchName(n.pitch) : "",
    voice: readable(voice?.name ?? ""),
    says: maker?.says ?? "",
  };
}

/**
 * "ace, 201 km/h → A5, lead".
 * @param {Note} n
 */
export function sentence(n) {
  const w = why(n);
  const left = [w.who, w.what].filter(Boolean).join(", ");
  const right = [w.pitch, w.voice].filter(Boolean).join(", ");
  return n.data ? `${left} → ${right}` : `${left || say("pattern")} → ${right}`;
}

/**
 * @param {Note} n
 * @param {string} maker
 */
function value(n, maker) {
  const c = n.cause;
  if (!c || c.value === null) return "";
  if (typeof c.value === "boolean") return c.value ? "✓" : "✗";
  if (typeof c.value === "string") return c.value;
  const unit = units.find(([end]) => c.from.endsWith(end))?.[1] || "";
  return number(c.value) + (unit ? "\u00a0" + unit : unitless(c.from, maker));
}

/**
 * What the number is of, unless the rule's name has said it.
 * @param {string} from
 * @param {string} maker
 */
function unitless(from, maker) {
  const name = from.replace(/^.*\./, "");
  return /^[a-z_]+$/i.test(name) && name !== maker ? "\u00a0" + readable(name) : "";
}

/**
 * A name of the piece as a person would write it.
 * @param {string} name
 */
export function readable(name) {
  return name.replace(/[_-]+/g, " ");
}
