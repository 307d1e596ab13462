// A standard MIDI file of a span of the score: type 1, the tempo map, meters, keys,
// sections and captions on the first track, and one named track a voice, with the
// cause of every note of the data beside it.

import { Part, assign } from "./midi.js";
import { readable } from "./why.js";

/**
 * @typedef {import("./wire.js").Piece} Piece
 * @typedef {import("./wire.js").Mark} Mark
 * @typedef {import("./wire.js").Note} Note
 * @typedef {import("./wire.js").Control} Control
 * @typedef {{tick: number, rank: number, bytes: number[]}} Happening
 */

const RATE = 48000;
const PPQ = 960;

/** Musical time: which tick a frame is. */
export class Ticks {
  /**
   * @param {Piece[]} pieces
   * @param {Mark[]} marks
   */
  constructor(pieces, marks) {
    /** @type {{frame: number, tick: number, tempo: number}[]} */
    this.points = pieces.map((p) => ({ frame: p.from, tick: p.tick, tempo: p.tempo }));
    for (const m of marks) if (m.kind === "tempo" && m.value) this.points.push({ frame: m.frame, tick: m.tick, tempo: m.value });
    this.points.sort((a, b) => a.frame - b.frame);
  }

  /** @param {number} frame */
  point(frame) {
    let p = this.points[0];
    for (const q of this.points) if (q.frame <= frame) p = q;
    return p;
  }

  /** @param {number} frame */
  at(frame) {
    const p = this.point(frame);
    // frames a tick: tempo / 20000, by PPQ = 960 and 48,000 frames a second
    return p.tick + Math.round(((frame - p.frame) * 1e6 * PPQ) / (RATE * p.tempo));
  }
}

/** A track: what happens, by ticks. */
class Track {
  /** @param {string} name */
  constructor(name) {
    /** @type {Happening[]} */
    this.list = [];
    this.meta(0, 3, name);
  }

  /**
   * @param {number} tick
   * @param {number[]} bytes
   * @param {number} [rank] at one tick the lower come first
   */
  add(tick, bytes, rank = 1) {
    this.list.push({ tick, rank, bytes });
  }

  /** @param {number} tick @param {number} type @param {string | number[]} data */
  meta(tick, type, data) {
    const d = typeof data === "string" ? text(data) : data;
    this.add(tick, [0xff, type, ...varint(d.length), ...d]);
  }

  /** @param {number} end */
  bytes(end) {
    const out = [];
    let last = 0;
    const list = this.list.map((h, i) => ({ ...h, i })).sort((a, b) => a.tick - b.tick || a.rank - b.rank || a.i - b.i);
    for (const h of list) {
      out.push(...varint(Math.max(0, h.tick - last)), ...h.bytes);
      last = Math.max(last, h.tick);
    }
    out.push(...varint(Math.max(0, end - last)), 0xff, 0x2f, 0);
    return [0x4d, 0x54, 0x72, 0x6b, ...u32(out.length), ...out];
  }
}

/** @param {number} v */
function varint(v) {
  const out = [v & 0x7f];
  for (v = Math.floor(v / 128); v > 0; v = Math.floor(v / 128)) out.unshift((v & 0x7f) | 0x80);
  return out;
}

/** @param {number} v */
const u32 = (v) => [(v >>> 24) & 255, (v >>> 16) & 255, (v >>> 8) & 255, v & 255];

// Programs disagree about what bytes beyond ASCII mean: letters lose their accents.
/** @param {string} s */
function text(s) {
  const plain = s.normalize("NFKD").replaceAll("→", "->").replaceAll("ß", "ss").replace(/[\u0300-\u036f]/g, "");
  return [...plain.slice(0, 200)].map((c) => {
    const n = c.codePointAt(0) ?? 63;
    return n >= 32 && n < 127 ? n : 63;
  });
}

/**
 * @param {{pieces: Piece[], notes: Note[], controls: Control[], marks: Mark[], from: number, to: number}} span
 * notes and controls from frame from until to, and the marks until to
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function midiFile(span) {
  const { pieces, from, to } = span;
  const ticks = new Ticks(pieces, span.marks);
  const first = [...pieces].reverse().find((p) => p.from <= from) ?? pieces[0];
  const marks = [...span.marks].sort((a, b) => a.frame - b.frame);
  const zero = barLine(ticks, first, marks, from);
  const at = (/** @type {number} */ frame) => Math.max(0, ticks.at(frame) - zero);

  const head = new Track(first.title || "Proscenium");
  head.meta(0, 1, "made by Proscenium");
  head.meta(0, 0x51, u32(ticks.point(from).tempo).slice(1));
  meter(head, 0, first);
  for (const m of marks) {
    const before = m.frame < from;
    // Of what held already the last of its kind is told.
    if (!before || marks.findLast((o) => o.kind === m.kind && o.frame < from) === m) mark(head, m, before ? 0 : at(m.frame), before);
  }
  for (const p of pieces) if (p.from > from && p.from < to) head.meta(at(p.from), 0x51, u32(p.tempo).slice(1));

  // A piece that took over from another has its own voices: those of one name are one track.
  const voices = [...new Map(pieces.flatMap((p) => p.voices).map((v) => [v.name, v])).values()];
  const channels = assign(voices);
  const tracks = voices.map((v, i) => {
    const t = new Track(v.name);
    t.meta(0, 4, v.wave);
    return { t, part: new Part(v, channels[i], (tick, bytes) => t.add(tick, bytes)), open: /** @type {Map<number, Happening>} */ (new Map()) };
  });
  for (const k of tracks) k.part.begin(0);
  const trackOf = (/** @type {number} */ frame, /** @type {number} */ slot) => {
    const p = pieces.findLast((x) => x.from <= frame) ?? pieces[0];
    const v = p.voices.find((x, i) => (x.slot ?? i) === slot);
    return { p, k: tracks[voices.findIndex((x) => x.name === v?.name)] };
  };
  const order = [...span.notes.map((n) => ({ n, c: null })), ...span.controls.map((c) => ({ n: null, c }))];
  order.sort((a, b) => (a.n ?? a.c ?? { frame: 0 }).frame - (b.n ?? b.c ?? { frame: 0 }).frame);
  for (const { n, c } of order) {
    const x = n ?? c;
    if (!x) continue;
    const { p, k } = trackOf(x.frame, x.slot);
    if (!k) continue;
    if (c) k.part.control(at(c.frame), c);
    if (n) note(k, p, n, at(n.frame), Math.max(1, ticks.at(n.frame + n.frames) - ticks.at(n.frame)));
  }
  const end = Math.max(at(to), ...tracks.flatMap((k) => k.t.list.map((h) => h.tick)));
  const all = [head, ...tracks.map((k) => k.t)];
  const out = [[0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, all.length >> 8, all.length & 255, PPQ >> 8, PPQ & 255], ...all.map((t) => t.bytes(end))];
  return Uint8Array.from(out.flat());
}

/**
 * @param {{t: Track, part: Part, open: Map<number, Happening>}} k
 * @param {Piece} piece
 * @param {Note} n
 * @param {number} tick
 * @param {number} length
 */
function note(k, piece, n, tick, length) {
  for (const [key, off] of k.open) if (off.tick <= tick) k.open.delete(key);
  const key = k.part.strike(tick, n, k.open.size === 0);
  // The same key again: what sounded is cut.
  const open = k.open.get(key);
  if (open) open.tick = tick;
  if (n.cause && n.cause.event > 0 && n.cause.step === 0) k.t.meta(tick, 1, cause(piece, n));
  const ch = k.part.channel.n;
  k.t.add(tick, [0x90 | ch, key, Math.max(1, Math.min(127, n.velocity))]);
  const off = { tick: tick + length, rank: 0, bytes: [0x90 | ch, key, 0] };
  k.t.list.push(off);
  k.open.set(key, off);
}

/** @param {Piece} piece @param {Note} n */
function cause(piece, n) {
  const c = /** @type {import("./wire.js").Cause} */ (n.cause);
  const m = piece.makers[c.maker];
  return `#${c.event}${m ? ` ${m.kind} ${readable(m.name)}` : ""}${c.from ? `: ${c.from}=${c.value === null ? "missing" : c.value}` : ""}`;
}

/** @param {Track} t @param {number} tick @param {Piece} piece */
function meter(t, tick, piece) {
  const [beats, unit] = piece.meter.split("/").map(Number);
  signature(t, tick, beats, unit);
}

/** @param {Track} t @param {number} tick @param {number} beats @param {number} unit */
function signature(t, tick, beats, unit) {
  const power = Math.log2(unit);
  if (beats >= 1 && beats <= 255 && Number.isInteger(power)) t.meta(tick, 0x58, [beats, power, 24, 8]);
}

/**
 * @param {Track} t
 * @param {Mark} m
 * @param {number} tick
 * @param {boolean} before it held already when the file begins
 */
function mark(t, m, tick, before) {
  switch (m.kind) {
    case "tempo":
      if (m.value) t.meta(tick, 0x51, u32(m.value).slice(1));
      break;
    case "meter":
      signature(t, tick, m.beats ?? 4, m.unit ?? 4);
      break;
    case "key":
      if (Number.isInteger(m.sharps) && Math.abs(m.sharps ?? 9) <= 7) t.meta(tick, 0x59, [(m.sharps ?? 0) & 255, m.minor ? 1 : 0]);
      t.meta(tick, 1, "key " + m.name);
      break;
    case "section":
      t.meta(tick, 6, m.name ?? "");
      break;
    case "caption":
      if (before) return;
      t.meta(tick, 5, m.text ?? "");
      t.meta(tick, 7, m.text ?? "");
      break;
    case "chord":
      if (!before) t.meta(tick, 1, `chord ${m.name} ${m.text}`);
  }
}

/**
 * The last bar line at or before a frame, in ticks: the file begins there.
 * @param {Ticks} ticks
 * @param {Piece} piece
 * @param {Mark[]} marks
 * @param {number} from
 */
function barLine(ticks, piece, marks, from) {
  const m = marks.findLast((x) => x.kind === "meter" && x.frame <= from);
  const [beats, unit] = m ? [m.beats ?? 4, m.unit ?? 4] : piece.meter.split("/").map(Number);
  const bar = (beats * 4 * PPQ) / unit;
  const tick = ticks.at(from);
  const origin = m?.tick ?? piece.tick;
  return bar > 0 ? origin + Math.floor((tick - origin) / bar) * bar : tick;
}
