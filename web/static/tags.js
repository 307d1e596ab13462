// The last notes of the data say what they are: beside what sounds where there is
// room, over the note where there is none.

import { colour } from "./palette.js";
import { draw, fitted, lined, widthOf } from "./pixels.js";
import { HEAD } from "./scenery.js";
import { textOf, why } from "./why.js";

/** @typedef {import("./roll.js").View} View */
/** @typedef {import("./score.js").Note} Note */
/** @typedef {{note: Note, x: number, y: number, w: number, h: number}} Drawn */

const RATE = 48000;
/** How long a tag stays, in seconds. */
const STAYS = 7;
/** Lines that what happened has at most, and how high one is, in pixels of the letters. */
const LINES = 3;
const LINE = 10;

/**
 * @param {View} v
 * @param {Note[]} notes that have sounded, the newest last
 * @param {Drawn[]} drawn
 */
export function tags(v, notes, drawn) {
  const room = v.width - v.nowX - 30;
  const beside = v.width > 700 && !v.still;
  /** @type {{x: number, y: number, w: number, h: number}[]} */
  const taken = [];
  for (const n of notes.slice(-12).reverse()) {
    const age = (v.now - n.frame) / RATE;
    const d = drawn.find((o) => o.note === n);
    if (!d || taken.length === 6 || age > STAYS) continue;
    const words = why(n);
    const size = v.size;
    const small = smaller(size);
    // A value with its unit says it in the fewest words.
    const what = words.what.length > 1 ? textOf(words.what) : "";
    const says = (what || words.label || textOf(words.what) || words.who).toUpperCase();
    // Beside what sounds there is little room to the right, and much below.
    const first = beside ? lined(v.g, says, size, room - 8 * size, LINES) : [fitted(v.g, says, size, v.width - 8 * size)];
    if (!first[0]) continue;
    const tail = words.pitch ? " → " + words.pitch : "";
    const who = what ? fitted(v.g, words.who, small, room - 8 * size - widthOf(v.g, tail, small), false) : "";
    const second = who ? who + tail : words.pitch;
    const w = Math.max(...first.map((line) => widthOf(v.g, line, size, true)), beside ? widthOf(v.g, second, small) : 0) + 7 * size;
    const h = (beside && second ? 7 * small + 15 * size : 13 * size) + (first.length - 1) * LINE * size;
    const x = beside ? v.nowX + 22 : Math.max(2, Math.min(d.x, v.width - w - 2));
    let y = beside ? d.y + d.h / 2 - h / 2 : d.y - h - 4;
    const least = v.top + HEAD * (size / 2) + 4;
    if (y < least) y = beside ? least : d.y + d.h + 4;
    if (beside) {
      // Those before make way, downwards and else upwards.
      y = free(taken, y, h, least, v.bottom);
      if (Number.isNaN(y)) continue;
    } else if (taken.some((t) => y < t.y + t.h + 3 && t.y < y + h + 3 && x < t.x + t.w + 4 && t.x < x + w + 4)) continue;
    taken.push({ x, y, w, h });
    plate(v, n, { x, y, w: beside ? Math.min(w, room) : w, h }, first, beside ? second : "", age, beside ? d : null);
  }
}

/** The letters of the second line. @param {number} size */
const smaller = (size) => (size > 2 ? size - 1 : size);

/**
 * The place nearest to y where nothing is; NaN if there is none.
 * @param {{y: number, h: number}[]} taken
 * @param {number} y
 * @param {number} h
 * @param {number} from
 * @param {number} to
 */
function free(taken, y, h, from, to) {
  for (let off = 0; off < to - from; off += 4) {
    for (const at of [y + off, y - off]) {
      if (at < from || at + h > to) continue;
      if (!taken.some((t) => at < t.y + t.h + 4 && t.y < at + h + 4)) return at;
    }
  }
  return NaN;
}

/**
 * @param {View} v
 * @param {Note} n
 * @param {{x: number, y: number, w: number, h: number}} box
 * @param {string[]} first
 * @param {string} second
 * @param {number} age
 * @param {Drawn | null} to the note that a line leads to
 */
function plate(v, n, box, first, second, age, to) {
  const { g, p, size } = v;
  const c = colour(p, n.voice);
  const y = Math.round(box.y);
  g.globalAlpha = p.contrast || v.still ? 1 : age < 4 ? 1 : Math.max(0.15, 1 - (age - 4) / 3);
  g.fillStyle = c;
  if (to && age < 1.2) {
    // From the note to its words, in steps.
    const at = Math.round(to.y + to.h / 2);
    g.fillRect(v.nowX + 2, at - 1, 8, 2);
    g.fillRect(v.nowX + 10, Math.min(at, y + 7) - 1, 2, Math.abs(y + 7 - at) + 2);
    g.fillRect(v.nowX + 10, y + 6, 12, 2);
  }
  g.fillRect(box.x, y, box.w, box.h);
  g.fillStyle = p.back;
  g.fillRect(box.x + size, y + size, box.w - 2 * size, box.h - 2 * size);
  g.fillStyle = c;
  g.fillRect(box.x, y, 2 * size, box.h);
  g.fillStyle = p.ink;
  first.forEach((line, i) => draw(g, line, box.x + 4 * size, y + (3 + i * LINE) * size, size, true));
  if (second) {
    g.fillStyle = p.dim;
    draw(g, second, box.x + 4 * size, y + (12 + (first.length - 1) * LINE) * size, smaller(size));
  }
  g.globalAlpha = 1;
}
