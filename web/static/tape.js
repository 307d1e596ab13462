// What did I just hear: the last minutes of the score, kept in a Worker as they came,
// as a WAV or a MIDI file. What is kept is the messages and one state of the chip, a few
// hundred kilobytes; the sound is made when somebody asks for it, by the chip, and is the
// station's own to the sample.

import { Chip } from "./chip.js";
import { midiFile } from "./smf.js";
import { read } from "./wire.js";

/**
 * @typedef {import("./wire.js").Piece} Piece
 * @typedef {import("./wire.js").Mark} Mark
 * @typedef {import("./wire.js").Score} Score
 * @typedef {{seq: number, until: number, bytes: ArrayBuffer}} Entry
 * @typedef {object} Stretch what came without a gap
 * @property {number} frame where it begins
 * @property {Uint8Array | null} snapshot of the chip there; null: nobody could carry it on
 * @property {Mark[]} marks that hold there
 * @property {Entry[]} entries
 * @property {number} until what is known
 */

const RATE = 48000;
/** So much is kept, in frames: five minutes ... */
const KEPT = 300 * RATE;
// ... and up to so much more, so that the chip need not carry the beginning on each time.
const MORE = 30 * RATE;
/** At most so many bytes of messages, whatever comes. */
const MOST = 16 << 20;
/** The chip's block, and how many frames after its time something is heard. */
const BLOCK = 240;

export class Tape {
  /**
   * @param {() => Chip | null} chip makes one; null: not yet, or never in this browser
   * @param {number} [kept] how much is kept, in frames
   * @param {number} [more] and up to how much more
   */
  constructor(chip, kept = KEPT, more = MORE) {
    this.makes = chip;
    this.kept = kept;
    this.more = more;
    /** @type {Chip | null} */
    this.chip = null;
    /** @type {Stretch[]} */
    this.stretches = [];
    /** @type {Piece[]} */
    this.pieces = [];
    /** @type {Mark[]} those that held where the tape begins */
    this.held = [];
    this.size = 0;
    this.run = "";
    this.latency = 255;
  }

  clear() {
    this.stretches = [];
    this.pieces = [];
    this.held = [];
    this.size = 0;
    this.run = "";
  }

  get last() {
    return this.stretches.at(-1);
  }

  /**
   * Takes a message as it came.
   * @param {ArrayBuffer} bytes
   */
  take(bytes) {
    const m = read(new Uint8Array(bytes));
    switch (m?.kind) {
      case "hello":
        if (m.hello.run !== this.run) {
          this.clear();
          this.run = m.hello.run;
          this.latency = m.hello.latency;
        }
        this.piece(m.hello.piece);
        break;
      case "piece":
        this.piece(m.piece);
        break;
      case "keyframe": {
        const s = this.last;
        // Nothing is missing: the tape goes on.
        if (s && s.entries.at(-1)?.seq === m.seq - 1) break;
        // What it tells that came before is known, but for what fell into the gap.
        const marks = m.marks.filter((k) => !s || k.frame >= s.until || (k.kind !== "caption" && k.kind !== "section"));
        this.stretches.push({ frame: m.frame, snapshot: m.snapshot.slice(), marks, entries: [], until: m.frame });
        break;
      }
      case "score": {
        const s = this.last;
        if (!s || (s.entries.at(-1)?.seq ?? -1) >= m.seq) break;
        s.until = m.begin + m.frames;
        s.entries.push({ seq: m.seq, until: s.until, bytes });
        this.size += bytes.byteLength;
        this.trim();
      }
    }
  }

  /** @param {Piece} p */
  piece(p) {
    this.pieces = this.pieces.filter((o) => o.from !== p.from);
    this.pieces.push(p);
    this.pieces.sort((a, b) => a.from - b.from);
  }

  /** Lets go of what is too old. */
  trim() {
    const end = this.last?.until ?? 0;
    for (;;) {
      const s = this.stretches[0];
      const old = end - this.kept;
      if (s.frame > old - this.more && this.size < MOST) break;
      const next = this.stretches[1];
      if (next && next.frame <= old) {
        this.stretches.shift();
        this.hold(s.marks);
        for (const e of s.entries) this.let(e);
      } else if (!this.carry(s, this.size < MOST ? old : s.frame + this.more)) break;
    }
    this.pieces = this.pieces.filter((p, i) => i === this.pieces.length - 1 || this.pieces[i + 1].from > this.stretches[0].frame);
  }

  /**
   * Carries the beginning of a stretch on: the chip plays it unheard.
   * @param {Stretch} s
   * @param {number} to
   * @returns {boolean} whether that was any further
   */
  carry(s, to) {
    const chip = this.start(s);
    // Without a chip there is no sound to be made, but the score is kept.
    if (!chip && this.size < MOST) return false;
    let n = 0;
    for (; s.entries.length > 1 && s.entries[0].until <= to; n++) {
      const e = /** @type {Entry} */ (s.entries.shift());
      const m = this.let(e);
      if (chip) this.play(chip, m, () => {});
      else s.frame = e.until;
    }
    s.snapshot = chip?.snapshot() ?? null;
    if (chip) s.frame = chip.pos;
    return n > 0;
  }

  /**
   * An entry that is forgotten leaves the marks that hold.
   * @param {Entry} e
   */
  let(e) {
    this.size -= e.bytes.byteLength;
    const m = /** @type {Score} */ (read(new Uint8Array(e.bytes)));
    this.hold(m.marks);
    return m;
  }

  /** @param {Mark[]} marks of what is forgotten: the last of a kind holds on */
  hold(marks) {
    for (const k of marks) {
      if (k.kind === "signal" || k.kind === "caption" || k.kind === "state") continue;
      this.held = this.held.filter((o) => o.kind !== k.kind);
      this.held.push(k);
    }
  }

  /**
   * The chip as it was where a stretch begins.
   * @param {Stretch} s
   */
  start(s) {
    this.chip ??= s.snapshot && this.makes();
    if (!this.chip || !s.snapshot) return null;
    this.chip.restore(s.snapshot);
    return this.chip;
  }

  /**
   * Plays what a message completes.
   * @param {Chip} chip
   * @param {Score} m
   * @param {(frame: number, n: number) => void} heard n frames were made, the first of which sounds at frame
   */
  play(chip, m, heard) {
    chip.push(m.commands);
    while (chip.horizon + BLOCK <= m.begin + m.frames) {
      const at = chip.pos - this.latency;
      chip.render(BLOCK);
      heard(at, BLOCK);
    }
  }

  /**
   * The part of a wish that can be fulfilled: whole frames that are on the tape.
   * @param {number} from
   * @param {number} to
   */
  within(from, to) {
    const s = this.stretches[0];
    if (!s) return { from: 0, to: 0 };
    const first = Math.max(Math.round(from), s.frame - this.latency, 0);
    return { from: first, to: Math.max(first, Math.min(Math.round(to), (this.last?.until ?? 0) - 2 * BLOCK - this.latency)) };
  }

  /**
   * The sound from one frame to another, as 24 bits, stereo, 48 kHz. Where nothing came it is silent.
   * @param {number} from
   * @param {number} to
   * @returns {Uint8Array<ArrayBuffer>[]} the parts of a WAV file
   */
  wav(from, to) {
    const data = new Uint8Array(6 * (to - from));
    let next = from; // what is written
    for (const [i, s] of this.stretches.entries()) {
      const stop = Math.min(to, this.stretches[i + 1] ? this.stretches[i + 1].frame - this.latency : to);
      if (s.until - this.latency < from || next >= stop) continue;
      const chip = this.start(s);
      if (!chip) throw new Error("there is no synth to make the sound");
      for (const e of s.entries) {
        if (next >= stop) break;
        this.play(chip, /** @type {Score} */ (read(new Uint8Array(e.bytes))), (frame, n) => {
          for (let k = Math.max(0, next - frame); k < n && frame + k < stop; k++) {
            put24(data, 6 * (frame + k - from), /** @type {Float32Array} */ (chip.left)[k]);
            put24(data, 6 * (frame + k - from) + 3, /** @type {Float32Array} */ (chip.right)[k]);
            next = frame + k + 1;
          }
        });
      }
    }
    return [wavHead(data.length), data];
  }

  /**
   * The score from one frame to another.
   * @param {number} from
   * @param {number} to
   */
  midi(from, to) {
    const scores = this.stretches.flatMap((s) => s.entries).map((e) => /** @type {Score} */ (read(new Uint8Array(e.bytes))));
    const inside = (/** @type {{frame: number}} */ x) => x.frame >= from && x.frame < to;
    const marks = [...this.held, ...this.stretches.flatMap((s) => s.marks), ...scores.flatMap((m) => m.marks)].filter((m) => m.frame < to);
    return midiFile({
      pieces: this.pieces,
      notes: scores.flatMap((m) => m.notes).filter(inside),
      controls: scores.flatMap((m) => m.controls).filter((c) => c.frame < to),
      marks,
      from,
      to,
    });
  }
}

/**
 * @param {Uint8Array} p
 * @param {number} at
 * @param {number} x a sample of 24 bits, exactly
 */
function put24(p, at, x) {
  const v = Math.round(x * 8388608);
  p[at] = v & 255;
  p[at + 1] = (v >> 8) & 255;
  p[at + 2] = (v >> 16) & 255;
}

/** @param {number} size of the samples, in bytes */
function wavHead(size) {
  const p = new Uint8Array(44);
  const v = new DataView(p.buffer);
  const name = (/** @type {number} */ at, /** @type {string} */ s) => p.set([...s].map((c) => c.charCodeAt(0)), at);
  name(0, "RIFF");
  v.setUint32(4, 36 + size, true);
  name(8, "WAVEfmt ");
  v.setUint32(16, 16, true);
  v.setUint16(20, 1, true);
  v.setUint16(22, 2, true);
  v.setUint32(24, RATE, true);
  v.setUint32(28, 6 * RATE, true);
  v.setUint16(32, 6, true);
  v.setUint16(34, 24, true);
  name(36, "data");
  v.setUint32(40, size, true);
  return p;
}
