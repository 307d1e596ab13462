// A chip with what it is to play: commands wait here until shortly before their
// time, so that the listener's own wishes (mute, pitch) are heard at once.

import { putInt, putUint } from "./bytes.js";
import { AT, CONTROL, KEY, LANE, PITCH, SAMPLE, VOLUME, scan } from "./commands.js";

/** @typedef {import("./commands.js").Command} Command */
/** @typedef {import("./chip.js").Chip} Chip */

// The chip works in blocks of 240 frames and is told one more in advance.
const EARLY = 480;

// Commands of a context that sleeps are not piled up: what is older is played unheard.
const LONGEST = 20 * 48000;

/** Full volume of a voice. */
const FULL = 1000;

export class Deck {
  /** @param {Chip} chip */
  constructor(chip) {
    this.chip = chip;
    /** @type {Command[][]} */
    this.lanes = [[], []];
    /** Everything that is carried out before this frame is here. */
    this.known = 0;
    this.begun = false;
    /** @type {Set<number>} voices that are silent */
    this.muted = new Set();
    /** @type {Map<number, number>} what the station last said of a voice's volume */
    this.volumes = new Map();
    /** @type {Set<number>} voices that are silent at the station: who does not mute them has them at full volume */
    this.aside = new Set();
    /** @type {Set<number>} voices whose pitch may be moved */
    this.pitched = new Set();
    /** Semitones. */
    this.shift = 0;
  }

  get pos() {
    return this.chip.pos;
  }

  /** Frames that can be made now without a command that is not here yet. */
  get ready() {
    return this.begun ? Math.max(0, this.known - this.chip.horizon - EARLY) : 0;
  }

  /**
   * Begins at a keyframe.
   * @param {number} frame
   * @param {Uint8Array} snapshot
   */
  keyframe(frame, snapshot) {
    this.chip.restore(snapshot);
    this.lanes = [[], []];
    this.volumes.clear();
    this.known = Math.max(frame, this.chip.horizon);
    this.begun = true;
    for (const v of this.muted) this.volume(v, 0);
    for (const v of this.aside) if (!this.muted.has(v)) this.volume(v, FULL);
  }

  /**
   * Takes the commands of a score message.
   * @param {Uint8Array} commands
   * @param {number} until the frame before which everything is known now
   */
  score(commands, until) {
    if (!this.begun) return;
    scan(commands, (c) => {
      if (c.op === SAMPLE) this.chip.push([SAMPLE, ...c.rest]);
      else this.lanes[c.lane].push(c);
    });
    this.known = until;
    if (this.known - this.pos > LONGEST) this.skip(this.known - this.pos - LONGEST / 2);
  }

  /**
   * Makes n frames, at most the chip's outSize.
   * @param {number} n
   */
  render(n) {
    this.feed(this.chip.horizon + n + EARLY);
    this.chip.render(n);
  }

  /**
   * Goes n frames on without a sound.
   * @param {number} n
   */
  skip(n) {
    for (let left = n; left > 0; left -= this.chip.outSize) this.render(Math.min(left, this.chip.outSize));
  }

  /**
   * Hands over the commands before a frame.
   * @param {number} before
   */
  feed(before) {
    /** @type {number[]} */
    const out = [];
    this.lanes.forEach((lane, k) => {
      let n = 0;
      while (n < lane.length && lane[n].frame < before) n++;
      if (n === 0) return;
      out.push(LANE, k);
      for (const c of lane.splice(0, n)) this.put(out, c);
    });
    if (out.length > 0) this.chip.push(out);
  }

  /**
   * Writes a command, as the listener wants it.
   * @param {number[]} out
   * @param {Command} c
   */
  put(out, c) {
    const volume = c.op === CONTROL && c.rest[1] === VOLUME;
    if (volume && this.aside.has(c.voice)) {
      if (!this.muted.has(c.voice)) return;
    } else if (volume) {
      const u = c.rest[2] + (c.rest[3] !== undefined ? (c.rest[3] - 1) * 128 : 0); // at most 2000: two bytes
      this.volumes.set(c.voice, u / 2);
      if (this.muted.has(c.voice)) return;
    }
    out.push(AT);
    putUint(out, c.frame);
    out.push(c.op, 0);
    if (this.shift !== 0 && c.op === KEY && this.pitched.has(c.voice)) {
      out.push(c.rest[0], within(c.rest[1] + this.shift), ...c.rest.subarray(2));
    } else if (this.shift !== 0 && c.op === PITCH && this.pitched.has(c.voice)) {
      this.putPitch(out, c);
    } else {
      out.push(...c.rest);
    }
  }

  /**
   * @param {number[]} out
   * @param {Command} c
   */
  putPitch(out, c) {
    let pitch = 0;
    let scale = 1;
    let i = 1;
    for (; ; i++, scale *= 128) {
      pitch += (c.rest[i] & 0x7f) * scale;
      if (c.rest[i] < 0x80) break;
    }
    out.push(c.rest[0]);
    putUint(out, within(pitch / 65536 + this.shift) * 65536);
    out.push(...c.rest.subarray(i + 1));
  }

  /**
   * Makes a set of voices silent and the others heard.
   * @param {Iterable<number>} voices
   * @param {Iterable<number>} aside those that are silent at the station
   */
  mute(voices, aside) {
    const next = new Set(voices);
    const was = new Set(this.muted);
    this.muted = next;
    for (const v of aside) if (!this.aside.has(v)) was.add(v);
    this.aside = new Set(aside);
    if (!this.begun) return;
    for (const v of was) if (!next.has(v)) this.volume(v, this.aside.has(v) ? FULL : (this.volumes.get(v) ?? FULL));
    for (const v of next) if (!was.has(v)) this.volume(v, 0);
  }

  // The station's commands wait in lane 0; lane 1 gets past them.
  volume(/** @type {number} */ voice, /** @type {number} */ value) {
    /** @type {number[]} */
    const out = [LANE, 1, AT];
    putUint(out, this.chip.horizon);
    out.push(CONTROL, 0, voice, VOLUME);
    putInt(out, value);
    this.chip.push(out);
  }
}

/**
 * The nearest pitch in the same octave position that a chip can play.
 * @param {number} pitch
 */
function within(pitch) {
  while (pitch > 127) pitch -= 12;
  while (pitch < 0) pitch += 12;
  return pitch;
}
