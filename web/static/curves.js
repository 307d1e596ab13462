// Signals as curves under the score, in steps as the chip would draw them.

import { draw, widthOf } from "./pixels.js";
import { readable } from "./why.js";
import { number } from "./words.js";

/** @typedef {import("./roll.js").View} View */

/**
 * @param {View} v
 * @param {string[]} names
 * @param {number} top
 * @param {number} bottom
 */
export function curves(v, names, top, bottom) {
  const { g, p } = v;
  g.fillStyle = p.band;
  g.fillRect(0, top, v.width, bottom - top);
  g.fillStyle = p.bar;
  g.fillRect(0, top, v.width, 2);
  const h = (bottom - top - 6) / names.length;
  names.forEach((name, i) => curve(v, name, Math.round(top + 4 + i * h), Math.round(top + 4 + (i + 1) * h - 4)));
}

/**
 * @param {View} v
 * @param {string} name
 * @param {number} top
 * @param {number} bottom
 */
function curve(v, name, top, bottom) {
  const { g, p, x } = v;
  // Of what comes after the last message nothing is known.
  const now = Math.min(v.now, v.score.known || v.now);
  const list = v.score.signals.get(name) ?? [];
  const info = v.score.pieceAt(now)?.signals.find((s) => s.name === name);
  let low = info?.low ?? 0;
  let high = info?.high ?? 0;
  if (low === high) {
    low = Math.min(...list.map((r) => r.value));
    high = Math.max(...list.map((r) => r.value));
  }
  const rows = Math.max(4, Math.floor((bottom - top) / 3));
  const level = (/** @type {number} */ value) => {
    const part = high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : 0.5;
    return bottom - 3 * Math.round(part * (rows - 1)) - 3;
  };
  // A scale with a middle, as of who leads, is filled from there.
  const base = low < 0 && high > 0 ? level(0) : bottom;
  let value = null;
  for (let i = 0; i < list.length && list[i].frame <= now; i++) {
    const until = Math.min(list[i + 1]?.frame ?? now, now);
    const from = Math.round(Math.max(x(list[i].frame), 0));
    const to = Math.round(x(until));
    value = list[i].value;
    if (to < 0) continue;
    const y = level(value);
    g.fillStyle = p.curve;
    g.globalAlpha = 0.22;
    g.fillRect(from, Math.min(y, base), to - from, Math.abs(base - y));
    g.globalAlpha = 1;
    g.fillRect(from, y, to - from, 3);
  }
  const size = Math.max(1, v.size - 1);
  // What people call it, where there is room for that.
  const title = info?.title?.toUpperCase();
  const text = title && widthOf(g, title, size, true) < v.width / 4 ? title : readable(name).toUpperCase();
  const says = value === null ? "" : number(Math.round(value * 100) / 100) + (info?.unit ? " " + info.unit : "");
  const middle = Math.round((top + bottom) / 2 - 3.5 * size);
  const w = widthOf(g, text, size, true);
  g.fillStyle = p.band;
  g.globalAlpha = 0.85;
  g.fillRect(2, middle - 3, w + 8, 7 * size + 6);
  g.globalAlpha = 1;
  g.fillStyle = p.ink;
  draw(g, text, 6, middle, size, true);
  // What it says stands where the music is.
  g.fillStyle = p.curve;
  const at = Math.round(x(now)) + 10;
  if (at > w + 16) draw(g, says, at, value === null ? middle : Math.max(top, Math.min(bottom - 7 * v.size, level(value) - 3 * v.size)), v.size);
}
