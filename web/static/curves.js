// Signals as curves under the score.

import { number } from "./words.js";
import { readable } from "./why.js";

/** @typedef {import("./score.js").Score} Score */
/** @typedef {import("./palette.js").Palette} Palette */

const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Score} score
 * @param {string[]} names
 * @param {Palette} p
 * @param {{left: number, right: number, top: number, bottom: number, x: (f: number) => number, now: number, latency: number}} box
 */
export function curves(g, score, names, p, box) {
  g.fillStyle = p.band;
  g.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  const h = (box.bottom - box.top - 4) / names.length;
  names.forEach((name, i) => curve(g, score, name, p, { ...box, top: box.top + 4 + i * h, bottom: box.top + 4 + (i + 1) * h - 4 }));
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Score} score
 * @param {string} name
 * @param {Palette} p
 * @param {{left: number, right: number, top: number, bottom: number, x: (f: number) => number, now: number}} box
 */
function curve(g, score, name, p, box) {
  const list = score.signals.get(name) ?? [];
  const info = score.pieceAt(box.now)?.signals.find((s) => s.name === name);
  let low = info?.low ?? 0;
  let high = info?.high ?? 0;
  if (low === high) {
    low = Math.min(...list.map((r) => r.value));
    high = Math.max(...list.map((r) => r.value));
  }
  const level = (/** @type {number} */ v) => {
    const part = high > low ? Math.max(0, Math.min(1, (v - low) / (high - low))) : 0.5;
    return Math.round(box.bottom - 1 - part * (box.bottom - box.top - 2));
  };
  let value = null;
  for (let i = 0; i < list.length && list[i].frame <= box.now; i++) {
    const until = Math.min(list[i + 1]?.frame ?? box.now, box.now);
    const from = Math.round(Math.max(box.x(list[i].frame), 0));
    const to = Math.round(box.x(until));
    value = list[i].value;
    if (to < 0) continue;
    const y = level(value);
    g.fillStyle = p.now;
    g.globalAlpha = 0.16;
    g.fillRect(from, y, to - from, box.bottom - y);
    g.globalAlpha = 1;
    g.fillRect(from, y, to - from, 2);
  }
  g.font = `11px ${MONO}`;
  g.textBaseline = "middle";
  const y = (box.top + box.bottom) / 2 + 1;
  const text = readable(name) + (value === null ? "" : " " + number(Math.round(value * 1000) / 1000) + (info?.unit ? " " + info.unit : ""));
  g.fillStyle = p.band;
  g.globalAlpha = 0.8;
  g.fillRect(4, y - 8, g.measureText(text).width + 8, 16);
  g.globalAlpha = 1;
  g.fillStyle = p.ink;
  g.fillText(text, 8, y);
}
