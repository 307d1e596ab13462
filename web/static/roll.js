// The living score: what sounds, what has sounded, and why, on one canvas that
// moves with the sound.

import { colour } from "./palette.js";
import { say } from "./words.js";
import { readable, why } from "./why.js";
import { curves } from "./curves.js";

/** @typedef {import("./score.js").Score} Score */
/** @typedef {import("./score.js").Note} Note */
/** @typedef {import("./palette.js").Palette} Palette */

const RATE = 48000;
const HEAD = 30; // height of the band with sections and chords
const DRUM = 9; // height of a row of unpitched notes
const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

export class Roll {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Score} score
   */
  constructor(canvas, score) {
    this.canvas = canvas;
    this.score = score;
    this.g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.width = 0;
    this.height = 0;
    this.low = 45;
    this.high = 81;
    /** @type {{note: Note, x: number, y: number, w: number, h: number}[]} as drawn last */
    this.drawn = [];
    /** @type {Note | null} */
    this.chosen = null;
    this.still = false;
    /** @type {Set<number>} indices of voices that are not heard */
    this.silent = new Set();
  }

  fit() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    const scale = Math.min(devicePixelRatio || 1, 3);
    if (w === this.width && h === this.height && this.canvas.width === Math.round(w * scale)) return;
    this.width = w;
    this.height = h;
    this.canvas.width = Math.round(w * scale);
    this.canvas.height = Math.round(h * scale);
    this.g.setTransform(scale, 0, 0, scale, 0, 0);
  }

  /**
   * @param {number} frame the station's, that is heard now
   * @param {Palette} p
   * @param {number} latency of the chip, in frames
   */
  draw(frame, p, latency) {
    this.fit();
    const g = this.g;
    const { width, height } = this;
    g.fillStyle = p.back;
    g.fillRect(0, 0, width, height);
    const piece = this.score.pieceAt(frame);
    this.drawn = [];
    if (!piece || !Number.isFinite(frame)) return;
    const now = frame - latency;
    const per = Math.max(54, Math.min(110, width / 10)) / RATE; // pixels a frame
    const nowX = Math.round(this.still ? 0 : width * 0.8);
    const span = width / per;
    const left = this.still ? Math.floor(now / span) * span : now - nowX / per;
    const x = (/** @type {number} */ f) => (f - left) * per;

    const drums = piece.voices.map((v, i) => (v.pitched ? -1 : i)).filter((i) => i >= 0 && this.plays(i));
    const shown = [...this.score.signals.keys()].slice(0, width < 600 ? 2 : 3);
    const strip = shown.length > 0 ? Math.min(shown.length * 26 + 8, height * 0.24) : 0;
    const floor = height - strip - drums.length * DRUM - 8;
    this.range();
    const cell = (floor - HEAD - 26) / (this.high - this.low + 1);
    const y = (/** @type {number} */ pitch) => floor - (pitch - this.low + 1) * cell;

    this.grid(p, now, left, x, floor + drums.length * DRUM + 4);
    this.head(p, now, left, x);
    /** @type {Note[]} */
    const tags = [];
    for (const n of this.score.notes) {
      const from = Math.round(x(n.frame));
      const w = Math.max(3, Math.round(n.frames * per) - 1);
      if (from > width || from + w < -40) continue;
      const voice = n.piece.voices[n.voice];
      const row = voice && !voice.pitched ? drums.indexOf(n.voice) : -1;
      if (voice && !voice.pitched && row < 0) continue;
      const h = row >= 0 ? DRUM - 3 : Math.max(4, Math.round(cell * (n.data ? 1.5 : 1)));
      const top = Math.round(row >= 0 ? floor + 4 + row * DRUM : y(n.pitch) - (h - cell) / 2);
      this.note(p, n, from, top, row >= 0 ? Math.min(w, 7) : w, h, now);
      this.drawn.push({ note: n, x: from, y: top, w: Math.max(w, 8), h });
      if (n.data && n.cause?.step === 0 && n.frame <= now) tags.push(n);
    }
    this.tags(p, tags, now);
    if (strip > 0) curves(g, this.score, shown, p, { left: 0, right: width, top: height - strip, bottom: height, x, now, latency });
    g.fillStyle = p.now;
    g.fillRect(Math.round(x(now)) - 1, HEAD - 4, 2, height - HEAD + 4);
  }

  /** Whether a voice has played lately. @param {number} voice */
  plays(voice) {
    return this.score.notes.some((n) => n.voice === voice);
  }

  // The pitches that are seen: it opens at once and closes slowly.
  range() {
    let low = 127;
    let high = 0;
    for (const n of this.score.notes) {
      if (!n.piece.voices[n.voice]?.pitched) continue;
      low = Math.min(low, n.pitch);
      high = Math.max(high, n.pitch);
    }
    if (high === 0) return;
    low = Math.floor(Math.min(low - 2, 50));
    high = Math.ceil(Math.max(high + 3, 76));
    this.low += (low - this.low) * (low < this.low ? 0.3 : 0.02);
    this.high += (high - this.high) * (high > this.high ? 0.3 : 0.02);
  }

  /**
   * Bars and beats.
   * @param {Palette} p
   * @param {number} now
   * @param {number} left
   * @param {(f: number) => number} x
   * @param {number} bottom
   */
  grid(p, now, left, x, bottom) {
    const g = this.g;
    const piece = this.score.pieceAt(now);
    const tempo = this.score.holds("tempo", now) ?? { frame: piece.from, tick: piece.tick, value: piece.tempo };
    const meter = this.score.holds("meter", now);
    const beats = meter?.beats ?? Number.parseInt(piece.meter, 10) ?? 4;
    const beat = ((tempo.value ?? piece.tempo) / 1e6) * RATE;
    if (!(beat > 2000)) return;
    const first = Math.ceil((left - tempo.frame) / beat);
    for (let i = first; ; i++) {
      const at = x(tempo.frame + i * beat);
      if (at > this.width) break;
      const bar = (Math.round(tempo.tick / 960) + i) % beats === 0;
      g.fillStyle = bar ? p.bar : p.grid;
      g.fillRect(Math.round(at), HEAD, bar ? 2 : 1, bottom - HEAD);
    }
  }

  /**
   * Sections and chords, over the score.
   * @param {Palette} p
   * @param {number} now
   * @param {number} left
   * @param {(f: number) => number} x
   */
  head(p, now, left, x) {
    const g = this.g;
    g.fillStyle = p.band;
    g.fillRect(0, 0, this.width, HEAD - 4);
    g.textBaseline = "middle";
    const middle = (HEAD - 4) / 2 + 1;
    g.font = `12px ${MONO}`;
    let clear = 0;
    for (const m of this.score.marks) {
      if (m.kind !== "section" || m.frame < left) continue;
      const at = x(m.frame);
      g.fillStyle = p.now;
      g.fillRect(Math.round(at), 0, 3, HEAD - 4);
      if (m.frame <= now) {
        g.fillStyle = p.ink;
        g.font = `bold 12px ${MONO}`;
        const name = readable(m.name ?? "").toUpperCase();
        g.fillText(name, at + 8, middle);
        clear = Math.max(clear, at + 16 + g.measureText(name).width);
      }
    }
    g.font = `12px ${MONO}`;
    g.fillStyle = p.dim;
    let last = -Infinity;
    for (const m of this.score.marks) {
      if (m.kind !== "chord" || m.frame < left || m.frame > now) continue;
      const at = x(m.frame) + 4;
      if (at - last < 44 || at < clear) continue;
      g.fillText(m.text ?? "", at, middle);
      last = at;
    }
    const section = this.score.holds("section", left);
    if (section && clear < 90) {
      const name = readable(section.name ?? "").toUpperCase();
      g.font = `bold 12px ${MONO}`;
      const w = g.measureText(name).width + 20;
      g.fillStyle = p.band;
      g.fillRect(0, 0, w, HEAD - 4);
      g.fillStyle = p.ink;
      g.fillText(name, 10, middle);
    }
  }

  /**
   * @param {Palette} p
   * @param {Note} n
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   * @param {number} now
   */
  note(p, n, x, y, w, h, now) {
    const g = this.g;
    const silent = this.silent.has(n.voice);
    const sounds = n.frame <= now && now < n.frame + n.frames && !silent;
    const c = colour(p, n.voice);
    g.globalAlpha = silent ? 0.15 : n.frame > now ? 0.25 : n.data || sounds ? 1 : 0.35 + 0.3 * (n.velocity / 127);
    g.fillStyle = c;
    g.fillRect(x, y, w, h);
    if (h >= 5 && w >= 4) {
      // A lit edge and a dark one, as on a tile.
      g.fillStyle = "rgba(255,255,255,0.45)";
      g.fillRect(x, y, w, 1);
      g.fillStyle = "rgba(0,0,0,0.3)";
      g.fillRect(x, y + h - 1, w, 1);
    }
    if (sounds) {
      g.fillStyle = p.ink;
      g.fillRect(x, y, Math.min(w, 3), h);
      const age = (now - n.frame) / RATE;
      if (n.data && !this.still && age < 0.5) this.sparks(c, x, y + h / 2, age);
    }
    if (n === this.chosen) {
      g.globalAlpha = 1;
      g.strokeStyle = p.ink;
      g.lineWidth = 2;
      g.strokeRect(x - 4, y - 4, w + 8, h + 8);
    }
    g.globalAlpha = 1;
  }

  /**
   * A datum arrives with a burst of eight pixels.
   * @param {string} c
   * @param {number} x
   * @param {number} y
   * @param {number} age in seconds
   */
  sparks(c, x, y, age) {
    const g = this.g;
    const r = Math.round(6 + 44 * age);
    const size = age < 0.25 ? 4 : 2;
    g.fillStyle = c;
    g.globalAlpha = 1 - 2 * age;
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]]) {
      g.fillRect(Math.round(x + dx * r - size / 2), Math.round(y + dy * r - size / 2), size, size);
    }
  }

  /**
   * The last notes of the data say what they are, as long as there is room.
   * @param {Palette} p
   * @param {Note[]} notes
   * @param {number} now
   */
  tags(p, notes, now) {
    const g = this.g;
    g.font = `bold 12px ${MONO}`;
    g.textBaseline = "middle";
    /** @type {{x: number, y: number, w: number}[]} */
    const taken = [];
    for (const n of notes.slice(-9).reverse()) {
      const d = this.drawn.find((o) => o.note === n);
      if (!d || taken.length === 5) continue;
      const words = why(n);
      const text = words.what || words.who;
      if (!text) continue;
      const w = g.measureText(text).width + 12;
      const x = Math.max(2, Math.min(d.x, this.width - w - 2));
      let y = d.y - 22;
      if (y < HEAD) y = d.y + d.h + 4;
      if (taken.some((t) => Math.abs(t.y - y) < 20 && x < t.x + t.w + 4 && t.x < x + w + 4)) continue;
      taken.push({ x, y, w });
      const age = (now - n.frame) / RATE;
      g.globalAlpha = Math.max(0.35, 1 - age / 8);
      g.fillStyle = colour(p, n.voice);
      g.fillRect(x, y, w, 18);
      g.fillStyle = p.back;
      g.fillText(text, x + 6, y + 10);
      g.globalAlpha = 1;
    }
  }

  /**
   * The note at a place, or the nearest of those within reach of a finger.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    let best = null;
    let least = 18;
    for (const d of this.drawn) {
      const dx = Math.max(d.x - x, 0, x - d.x - d.w);
      const dy = Math.max(d.y - y, 0, y - d.y - d.h);
      const away = Math.hypot(dx, dy) - (d.note.data ? 6 : 0);
      if (away < least) {
        least = away;
        best = d.note;
      }
    }
    return best;
  }

  /**
   * The note of the data before or after the chosen one, among those that sounded.
   * @param {number} step 1 or -1
   * @param {number} now
   */
  choose(step, now) {
    const notes = this.score.notes.filter((n) => n.data && n.cause?.step === 0 && n.frame <= now);
    const i = this.chosen ? notes.indexOf(this.chosen) : step < 0 ? notes.length : notes.length - 1;
    this.chosen = notes[Math.max(0, Math.min(notes.length - 1, i + step))] ?? null;
    return this.chosen;
  }

  label() {
    this.canvas.setAttribute("aria-label", say("score"));
  }
}
