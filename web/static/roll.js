// The living score: what sounds, what has sounded, and why, on one canvas that
// moves with the sound.

import { archOf } from "./curtain.js";
import { curves } from "./curves.js";
import { colour } from "./palette.js";
import { HEAD, grid, head } from "./scenery.js";
import { tags } from "./tags.js";
import { say } from "./words.js";

/** @typedef {import("./score.js").Score} Score */
/** @typedef {import("./score.js").Note} Note */
/** @typedef {import("./palette.js").Palette} Palette */

const RATE = 48000;
/** A curve that is lower than this cannot be read. */
const LEAST_CURVE = 26;
/** A stage that is lower has few curves. */
const LOW = 320;

const DRUM = 10; // height of a row of unpitched notes

/**
 * What the parts of the picture need to know of it.
 * @typedef {object} View
 * @property {CanvasRenderingContext2D} g
 * @property {Palette} p
 * @property {Score} score
 * @property {number} width
 * @property {number} top the lower edge of the arch
 * @property {number} now the station's frame that is heard
 * @property {number} left the frame at the left edge
 * @property {number} nowX where now is
 * @property {(frame: number) => number} x
 * @property {(pitch: number) => number} y the top of a pitch's place
 * @property {number} cell height of a semitone
 * @property {number} low the lowest pitch that is seen
 * @property {number} high
 * @property {number} bottom of the notes
 * @property {boolean} still
 * @property {number} size of a letter's pixel
 */

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
    this.zoom = 1; // CSS pixels of the page in one of the picture
    this.room = 0; // on the page, left of what is told beside the notes
    this.height = 0;
    this.low = 45;
    this.high = 81;
    /** @type {{note: Note, x: number, y: number, w: number, h: number}[]} as drawn last */
    this.drawn = [];
    /** @type {Note | null} */
    this.chosen = null;
    /** No motion: pages that are turned, and a place in them that goes on by the beat. */
    this.still = false;
    this.wall = false;
    /** @type {Set<number>} indices of voices that are not heard */
    this.silent = new Set();
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    // On a large wall it is the same picture, larger.
    this.zoom = this.wall ? Math.max(1, Math.min(clientWidth / 1920, clientHeight / 500)) : 1;
    const w = clientWidth / this.zoom;
    const h = clientHeight / this.zoom;
    const scale = Math.min(devicePixelRatio || 1, 3) * this.zoom;
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
    const exactly = frame - latency;
    const now = this.still ? this.beatAt(exactly) : exactly;
    const per = Math.max(50, Math.min(this.wall ? 150 : 110, width / 11)) / RATE; // pixels a frame
    const span = width / per;
    // On a wide page what sounds has its words on the right.
    const nowX = Math.round(width * (width > 700 ? 0.74 : 0.8));
    const beside = width > 700 && !this.still;
    this.room = (beside ? nowX : width) * this.zoom;
    const left = this.still ? Math.floor(now / (span * 0.8)) * span * 0.8 : now - nowX / per;
    const x = (/** @type {number} */ f) => (f - left) * per;

    const top = archOf(width * this.zoom, height * this.zoom) / this.zoom;
    const heard = new Set(this.score.notes.map((n) => n.voice));
    const drums = piece.voices.map((v, i) => (v.pitched ? -1 : i)).filter((i) => i >= 0 && heard.has(i));
    // Of the height, for signals: where it is low the notes come first.
    const most = height * (height < LOW ? 0.14 : 0.24);
    const shown = [...this.score.signals.keys()].slice(0, Math.min(width < 600 ? 2 : 3, Math.floor(most / LEAST_CURVE)));
    const strip = shown.length > 0 ? Math.min(shown.length * (this.wall ? 56 : 34) + 6, most) : 0;
    const floor = height - strip - drums.length * DRUM - 10;
    this.range();
    const size = this.wall ? (width > 1600 ? 4 : width > 800 ? 3 : 2) : width < 600 && devicePixelRatio > 1 ? 1.5 : 2;
    const cell = (floor - top - HEAD * (size / 2) - 30) / (this.high - this.low + 1);
    const y = (/** @type {number} */ pitch) => floor - (pitch - this.low + 1) * cell;
    /** @type {View} */
    const view = { g, p, score: this.score, width, top, now, left, nowX: Math.round(x(now)), x, y, cell, low: this.low, high: this.high,
      bottom: floor + drums.length * DRUM + 6, still: this.still, size };

    grid(view);
    this.beam(view, height);
    /** @type {Note[]} */
    const told = [];
    for (const n of this.score.notes) {
      const from = Math.round(x(n.frame));
      const w = Math.max(4, Math.round(n.frames * per) - 1);
      if (from > width || from + w < -40) continue;
      const voice = n.piece.voices[n.voice];
      const row = voice && !voice.pitched ? drums.indexOf(n.voice) : -1;
      if (voice && !voice.pitched && row < 0) continue;
      const h = row >= 0 ? DRUM - 4 : Math.max(5, 2 * Math.round((cell * (n.data ? 1.7 : 1)) / 2));
      const at = Math.round(row >= 0 ? floor + 6 + row * DRUM : y(n.pitch) - (h - cell) / 2);
      this.note(view, n, from, at, row >= 0 ? Math.min(w, 8) : w, h);
      this.drawn.push({ note: n, x: from, y: at, w: Math.max(w, 8), h });
      if (n.data && n.cause?.step === 0 && n.frame <= now) told.push(n);
    }
    if (strip > 0) curves(view, shown, height - strip, height);
    // What sounds is where the line is; no word is under it.
    g.fillStyle = p.now;
    const under = top + HEAD * (size / 2);
    g.fillRect(view.nowX - 1, under, 2, height - under);
    head(view);
    // Where they would lie over the notes, the words of the one that was chosen are enough.
    if (beside || !this.chosen) tags(view, told, this.drawn);
  }

  /** The beat at or before a frame: what stands still must not crawl. @param {number} frame */
  beatAt(frame) {
    const piece = this.score.pieceAt(frame);
    const tempo = this.score.holds("tempo", frame) ?? { frame: piece?.from ?? 0, value: piece?.tempo };
    const beat = ((tempo.value ?? 500000) / 1e6) * RATE;
    return beat > 2000 ? tempo.frame + Math.floor((frame - tempo.frame) / beat) * beat : frame;
  }

  /**
   * The light that stands where the music is.
   * @param {View} v
   * @param {number} height
   */
  beam(v, height) {
    if (v.p.contrast) return;
    v.g.fillStyle = v.p.ink;
    for (const [half, alpha] of [[40, 0.022], [22, 0.03], [8, 0.05]]) {
      v.g.globalAlpha = alpha;
      v.g.fillRect(v.nowX - half, v.top, 2 * half, height - v.top);
    }
    v.g.globalAlpha = 1;
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
    this.low += (low - this.low) * (low < this.low || this.still ? 1 : 0.02);
    this.high += (high - this.high) * (high > this.high || this.still ? 1 : 0.02);
  }

  /**
   * @param {View} v
   * @param {Note} n
   * @param {number} x
   * @param {number} y
   * @param {number} w
   * @param {number} h
   */
  note(v, n, x, y, w, h) {
    const { g, p, now } = v;
    const silent = this.silent.has(n.voice);
    const sounds = n.frame <= now && now < n.frame + n.frames && !silent;
    const c = colour(p, n.voice);
    const loud = n.velocity / 127;
    if (sounds && n.data && !p.contrast) {
      // A halo in two steps.
      g.fillStyle = c;
      g.globalAlpha = 0.14;
      g.fillRect(x - 8, y - 8, w + 16, h + 16);
      g.fillRect(x - 4, y - 4, w + 8, h + 8);
    }
    g.globalAlpha = silent ? 0.15 : n.frame > now ? 0.22 : n.data || sounds ? 1 : p.contrast ? 0.75 : 0.28 + 0.34 * loud;
    g.fillStyle = c;
    if (n.data || w < 10 || h < 8) g.fillRect(x, y, w, h);
    else {
      // What plays by itself has its corners cut.
      g.fillRect(x + 2, y, w - 4, h);
      g.fillRect(x, y + 2, w, Math.max(1, h - 4));
    }
    if (p.contrast) {
      if (n.data) {
        g.strokeStyle = p.ink;
        g.lineWidth = 1;
        g.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
      }
    } else if (n.data && h >= 6 && w >= 6) {
      // A lit edge and a dark one, as on a tile.
      g.fillStyle = "rgba(255,255,255,0.5)";
      g.fillRect(x, y, w, 2);
      g.fillRect(x, y, 2, h);
      g.fillStyle = "rgba(0,0,0,0.35)";
      g.fillRect(x, y + h - 2, w, 2);
      g.fillRect(x + w - 2, y + 2, 2, h - 2);
    }
    if (sounds) {
      g.fillStyle = p.ink;
      g.fillRect(x, y, Math.min(w, 4), h);
      const age = (now - n.frame) / RATE;
      if (n.data && !this.still && age < 0.5) this.sparks(c, x, y + h / 2, age);
    }
    g.globalAlpha = 1;
    if (n === this.chosen) {
      g.strokeStyle = p.ink;
      g.lineWidth = 3;
      g.strokeRect(x - 5, y - 5, w + 10, h + 10);
    }
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
    const r = 4 * Math.round((6 + 52 * age) / 4);
    const size = age < 0.18 ? 6 : age < 0.32 ? 4 : 2;
    g.fillStyle = c;
    g.globalAlpha = 1;
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1], [0.7, 0.7], [-0.7, 0.7], [0.7, -0.7], [-0.7, -0.7]]) {
      g.fillRect(Math.round(x + dx * r - size / 2), Math.round(y + dy * r - size / 2), size, size);
    }
  }

  /**
   * The note at a place, or the nearest of those within reach of a finger.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    x /= this.zoom;
    y /= this.zoom;
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
   * Where a note is, on the page; undefined if it is not in the picture.
   * @param {Note} note
   */
  placeOf(note) {
    const d = this.drawn.find((o) => o.note === note);
    if (!d || d.x + d.w < 0) return undefined;
    return { x: d.x * this.zoom, y: d.y * this.zoom, w: d.w * this.zoom, h: d.h * this.zoom };
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
