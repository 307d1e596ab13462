// How each source does, for whoever asks: what came and when, and what became of what was
// odd. What is nought is not told, but for failures and losses: that there are none is news.

import { readable } from "./why.js";
import { number, say } from "./words.js";

/** @typedef {import("./words.js").Word} Word */
/**
 * A source as the server tells it; see PROTOCOL.md.
 * @typedef {object} Source
 * @property {string} name
 * @property {string} kind
 * @property {string} state
 * @property {number} heard
 * @property {number} per_minute
 * @property {number} silent_s
 * @property {number} errors
 * @property {number} late
 * @property {number} repaired
 * @property {number} missing
 * @property {number} skipped
 * @property {number} dropped
 * @property {number} kept_out
 * @property {number} hashed
 * @property {number} withheld
 * @property {string} [link]
 * @property {number} connected
 * @property {number} messages
 * @property {number} last_message_s
 * @property {string} [note]
 * @property {string} [why]
 */

/** What is told only if there is any. @type {[keyof Source, Word][]} */
const odd = [
  ["late", "cameLate"],
  ["repaired", "putRight"],
  ["missing", "areMissing"],
  ["skipped", "leftOut"],
  ["kept_out", "keptOut"],
  ["hashed", "hashed"],
  ["withheld", "withheld"],
];

/**
 * A source's facts in words, one after another.
 * @param {Source} s
 */
export function facts(s) {
  const told = [say("eventsHeard", { n: number(s.heard, 15) }), say("aMinute", { n: number(s.per_minute, 3) })];
  told.push(s.heard > 0 ? say("lastEvent", { ago: ago(s.silent_s) }) : say("noneYet"));
  if (s.link) {
    told.push(say(s.link === "up" ? "lineUp" : "lineDown"));
    if (s.connected > 1) told.push(say("connectedTimes", { n: number(s.connected, 15) }));
    told.push(say("messages", { n: number(s.messages, 15) }));
    if (s.last_message_s >= 0) told.push(say("lastMessage", { ago: ago(s.last_message_s) }));
  }
  told.push(say("failures", { n: number(s.errors, 15) }), say("lostForRoom", { n: number(s.dropped, 15) }));
  for (const [what, word] of odd) {
    const n = s[what];
    if (typeof n === "number" && n > 0) told.push(say(word, { n: number(n, 15) }));
  }
  return told;
}

/**
 * How long something is ago.
 * @param {number} seconds
 */
function ago(seconds) {
  if (seconds < 100) return say("seconds", { n: number(Math.floor(seconds)) });
  if (seconds < 6000) return say("minutes", { n: number(Math.floor(seconds / 60)) });
  return say("hours", { n: number(Math.floor(seconds / 3600)) });
}

/**
 * Shows how the sources do.
 * @param {HTMLElement} at a list
 * @param {Source[]} sources
 */
export function show(at, sources) {
  at.replaceChildren(...sources.map(item));
}

/** @param {Source} s */
function item(s) {
  const li = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = readable(s.name);
  const kind = s.kind && readable(s.kind) !== readable(s.name) ? ` (${s.kind})` : "";
  li.append(name, `${kind}: ${facts(s).join(" · ")}`);
  for (const text of [s.note, s.why]) {
    if (!text) continue;
    const more = document.createElement("p");
    more.textContent = text;
    li.append(more);
  }
  return li;
}
