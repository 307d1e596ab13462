// What makes a deck's sound come at the right time: the same in an AudioWorklet
// and in a Worker. It asks nobody for the time; whoever it plays for counts frames.

import { Chip } from "./chip.js";
import { Deck } from "./deck.js";

// Off by so many frames is put right when nothing sounds, ...
const LOOSE = 240;
// ... by so many at a soft moment, or after a while anyway, ...
const WRONG = 480;
// ... and by so many soon: two who are off by as much are 40 ms apart at most.
const AWRY = 960;
// How long, in frames, it must have been off before something is done, and for how
// long a soft moment is waited for.
const SOON = 12000;
const PATIENCE = 48000;
const WAIT = 6 * 48000;
// A moment is soft if it is so much lower than what was heard of late.
const SOFT = 1 / 8;
// In how many frames the level is forgotten.
const FORGET = 4 * 48000;
// A place where something is left out or waited for is faded, in frames.
const FADE = 240;
// At most so much is played unheard in one go, for a millisecond of work.
const LEAP = 24000;

/**
 * @typedef {{type: "keyframe", frame: number, snapshot: Uint8Array}
 *   | {type: "score", commands: Uint8Array, until: number}
 *   | {type: "aim", base: number}
 *   | {type: "mute", slots: number[], aside: number[]}
 *   | {type: "pitch", shift: number, slots: number[]}
 *   | {type: "stop"}} Order
 */

export class Player {
  /** @param {ArrayBuffer} code chip.wasm */
  constructor(code) {
    this.deck = new Deck(new Chip(code));
    /** Frame of the station less frame of the output; NaN as long as nobody says. */
    this.base = NaN;
    this.fade = 0; // frames of the fade-in that are done
    this.sounding = false;
    this.off = 0; // for how many frames it has been off
    this.peak = 0; // of what was made last
    this.level = 0; // the highest peak, as it is forgotten over some seconds
    /** How often there was nothing to play, and how often it was put right. */
    this.dry = 0;
    this.jumps = 0;
  }

  /** @param {Order} m */
  take(m) {
    switch (m.type) {
      case "keyframe":
        this.deck.keyframe(m.frame, m.snapshot);
        this.sounding = false;
        break;
      case "score":
        this.deck.score(m.commands, m.until);
        break;
      case "aim":
        this.base = m.base;
        break;
      case "mute":
        this.deck.mute(m.slots, m.aside);
        break;
      case "pitch":
        this.deck.shift = m.shift;
        this.deck.pitched = new Set(m.slots);
        break;
      case "stop":
        this.base = NaN;
        break;
    }
  }

  /**
   * Makes what is heard at frame at of the output and the n after it.
   * @param {number} at
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  play(at, left, right) {
    const n = left.length;
    const off = this.deck.pos - (at + this.base);
    if (!this.deck.begun || Number.isNaN(off)) return this.silence(left, right, 0, n);
    if (!this.sounding) return this.join(Math.round(off), left, right);
    this.off = Math.abs(off) > LOOSE ? this.off + n : 0;
    if (this.deck.ready < 2 * n) {
      this.dry++;
      return this.leave(left, right);
    }
    if (this.may(Math.abs(off))) {
      this.jumps++;
      return this.leave(left, right);
    }
    this.sound(left, right, 0, n);
  }

  /**
   * Whether now is the moment to be put right.
   * @param {number} off by how many frames
   */
  may(off) {
    if (off > AWRY) return this.off > SOON;
    if (this.off <= PATIENCE) return false;
    return this.peak === 0 || (off > WRONG && (this.peak < this.level * SOFT || this.off > WAIT));
  }

  /**
   * Begins, or waits for the moment to.
   * @param {number} off
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  join(off, left, right) {
    const n = left.length;
    if (off < 0) {
      const leap = Math.min(-off, this.deck.ready, LEAP);
      if (leap > 0) this.deck.skip(leap);
      off += leap;
    }
    if (off < 0 || off >= n || this.deck.ready < 3 * n) return this.silence(left, right, 0, n);
    this.silence(left, right, 0, off);
    this.sounding = true;
    this.fade = 0;
    this.off = 0;
    this.sound(left, right, off, n);
  }

  /**
   * Fades out what may still be played, before a gap.
   * @param {Float32Array} left
   * @param {Float32Array} right
   */
  leave(left, right) {
    const n = left.length;
    this.sounding = false;
    if (this.deck.ready < n) return this.silence(left, right, 0, n);
    this.sound(left, right, 0, n);
    const fade = Math.min(n, FADE);
    for (let i = n - fade; i < n; i++) {
      const g = (n - i) / fade;
      left[i] *= g;
      right[i] *= g;
    }
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   * @param {number} from
   * @param {number} to
   */
  silence(left, right, from, to) {
    left.fill(0, from, to);
    right.fill(0, from, to);
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   * @param {number} from
   * @param {number} to
   */
  sound(left, right, from, to) {
    const chip = this.deck.chip;
    let peak = 0;
    for (let at = from; at < to; ) {
      const n = Math.min(to - at, chip.outSize);
      this.deck.render(n);
      const l = /** @type {Float32Array} */ (chip.left);
      const r = /** @type {Float32Array} */ (chip.right);
      for (let i = 0; i < n; i++) {
        let g = 1;
        if (this.fade < FADE) g = this.fade++ / FADE;
        left[at + i] = g * l[i];
        right[at + i] = g * r[i];
        peak = Math.max(peak, l[i], -l[i], r[i], -r[i]);
      }
      at += n;
    }
    this.peak = peak;
    this.level = Math.max(peak, this.level * (1 - (to - from) / FORGET));
  }

  /** What the page wants to know. */
  report() {
    return { pos: this.deck.pos, base: this.base, sounding: this.sounding, dry: this.dry, jumps: this.jumps };
  }
}
