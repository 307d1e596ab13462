// What stands behind and over the notes: bars and octaves, sections and chords.

import { draw, fitted, widthOf } from "./pixels.js";
import { called, readable } from "./why.js";
import { pitchName } from "./words.js";

/** @typedef {import("./roll.js").View} View */

const RATE = 48000;

/** Height of the band with sections and chords, with letters of pixels of two. */
export const HEAD = 28;
/** Of a name that is cut so many letters are left at least. */
const LEAST_LETTERS = 5;

/**
 * Octaves, bars and beats.
 * @param {View} v
 */
export function grid(v) {
  const { g, p, now, left, x, y, cell } = v;
  for (let c = Math.ceil(v.low / 12) * 12; c <= v.high; c += 12) {
    g.fillStyle = p.floor;
    if ((c / 12) % 2 === 0) g.fillRect(0, y(c + 11), v.width, 12 * cell);
    g.fillStyle = p.grid;
    g.fillRect(0, Math.round(y(c) + cell), v.width, 1);
  }
  const piece = v.score.pieceAt(now);
  const tempo = v.score.holds("tempo", now) ?? { frame: piece.from, tick: piece.tick, value: piece.tempo };
  const meter = v.score.holds("meter", now);
  const beats = meter?.beats ?? (Number.parseInt(piece.meter, 10) || 4);
  const beat = ((tempo.value ?? piece.tempo) / 1e6) * RATE;
  if (beat > 2000) {
    const first = Math.ceil((left - tempo.frame) / beat);
    for (let i = first; ; i++) {
      const at = Math.round(x(tempo.frame + i * beat));
      if (at > v.width) break;
      const bar = (Math.round(tempo.tick / 960) + i) % beats === 0;
      g.fillStyle = bar ? p.bar : p.grid;
      // Bars are dotted, as if punched.
      if (!bar) g.fillRect(at, v.top, 1, v.bottom - v.top);
      else for (let k = v.top; k < v.bottom; k += 8) g.fillRect(at, k, 2, 4);
    }
  }
  g.fillStyle = p.dim;
  g.globalAlpha = p.contrast ? 1 : 0.6;
  // Names of octaves are as large as the other words, where there is room between them.
  const letters = [v.size > 2 ? v.size - 1 : v.size, 1].find((s) => 10 * s <= 12 * cell);
  if (letters) for (let c = Math.ceil(v.low / 12) * 12; c <= v.high; c += 12) draw(g, pitchName(c), 5, y(c) + cell - 9 * letters, letters);
  g.globalAlpha = 1;
}

/**
 * Sections and chords, over the score.
 * @param {View} v
 */
export function head(v) {
  const { g, p, now, left, x, size } = v;
  const height = HEAD * (size / 2);
  const text = v.top + (height - 7 * size) / 2;
  g.fillStyle = p.band;
  g.fillRect(0, v.top, v.width, height);
  g.fillStyle = p.bar;
  g.fillRect(0, v.top + height - 2, v.width, 2);
  /** @type {[number, number][]} what is taken, from and to */
  const taken = [];
  const sections = v.score.marks.filter((m) => m.kind === "section" && m.frame <= now);
  const before = sections.findLast((m) => m.frame < left);
  const seen = sections.filter((m) => m.frame >= left);
  seen.forEach((m, i) => {
    const at = Math.round(x(m.frame));
    const room = (i + 1 < seen.length ? Math.round(x(seen[i + 1].frame)) : v.width) - at - 8 * size;
    const name = short(v, sectionName(v, m).toUpperCase(), room);
    g.fillStyle = p.now;
    g.fillRect(at, v.top, 2 * size, height);
    g.fillStyle = p.ink;
    taken.push([at, at + 10 * size + draw(g, name, at + 5 * size, text, size, true)]);
  });
  if (before) {
    const name = sectionName(v, before).toUpperCase();
    const room = seen.length ? x(seen[0].frame) : v.width;
    if (widthOf(g, name, size, true) + 8 * size < room) {
      g.fillStyle = p.ink;
      taken.push([0, 8 * size + draw(g, name, 5 * size, text, size, true)]);
    }
  }
  g.fillStyle = p.dim;
  for (const m of v.score.marks) {
    if (m.kind !== "chord" || m.frame < left || m.frame > now) continue;
    const at = x(m.frame) + 3 * size;
    const w = widthOf(g, m.text ?? "", size);
    if (taken.some(([a, b]) => at < b + 4 && a < at + w + 4)) continue;
    draw(g, m.text ?? "", at, text, size);
    taken.push([at, at + w + 6]);
  }
}

/**
 * What people call a section.
 * @param {View} v
 * @param {import("./wire.js").Mark} m
 */
function sectionName(v, m) {
  const maker = v.score.pieceAt(m.frame)?.makers.find((k) => k.kind === "section" && k.name === m.name);
  return maker ? called(maker) : readable(m.name ?? "");
}

/**
 * A name in so much room: cut where that leaves enough of it to be known, else none.
 * @param {View} v
 * @param {string} name
 * @param {number} room
 */
function short(v, name, room) {
  const s = fitted(v.g, name, v.size, room);
  return s === name || s.length > LEAST_LETTERS ? s : "";
}
