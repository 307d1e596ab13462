// The chip's commands as they come over the wire: see sonify/chip/wire.go.

import { Bytes } from "./bytes.js";

export const AT = 1;
export const CONFIG = 2;
export const VOICE = 3;
export const KEY = 4;
export const PITCH = 5;
export const CONTROL = 6;
export const OFF = 7;
export const SAMPLE = 8;
export const LANE = 9;

/** The parameters that a control moves: see sonify/chip.Param. */
export const VOLUME = 0;
export const DUTY = 1;
export const PAN = 2;
export const BEND = 3;
export const VIBRATO = 4;
export const ECHO = 5;

/**
 * @typedef {object} Command
 * @property {number} op
 * @property {number} lane
 * @property {number} frame when it is carried out
 * @property {number} voice -1 if it is of no voice
 * @property {Uint8Array} rest what follows the operation and its distance in time
 */

/**
 * Calls f for every command of p. What cannot be right throws a RangeError.
 * @param {Uint8Array} p
 * @param {(c: Command) => void} f
 */
export function scan(p, f) {
  const r = new Bytes(p);
  const frames = [0, 0];
  let lane = 0;
  while (r.left > 0) {
    const op = r.byte();
    if (op === LANE) {
      lane = r.byte() & 1;
      continue;
    }
    if (op === AT) {
      frames[lane] = r.uint();
      continue;
    }
    if (op !== SAMPLE) frames[lane] += r.uint();
    const from = r.at;
    const voice = skip(r, op);
    f({ op, lane, frame: frames[lane], voice, rest: p.subarray(from, r.at) });
  }
}

/**
 * Goes past what follows an operation, and returns the voice it is for.
 * @param {Bytes} r
 * @param {number} op
 */
function skip(r, op) {
  switch (op) {
    case CONFIG:
      r.byte();
      numbers(r, 3);
      r.byte();
      numbers(r, 1);
      return -1;
    case VOICE:
      return skipVoice(r);
    case KEY: {
      const voice = r.byte();
      r.take(2);
      numbers(r, 2);
      return voice;
    }
    case PITCH: {
      const voice = r.byte();
      numbers(r, 1);
      r.byte();
      numbers(r, 2);
      return voice;
    }
    case CONTROL: {
      const voice = r.byte();
      r.byte();
      numbers(r, 1);
      return voice;
    }
    case OFF:
      return r.byte();
    case SAMPLE: {
      r.uint();
      numbers(r, r.uint());
      return -1;
    }
  }
  throw new RangeError(`the chip has no command ${op}`);
}

/** @param {Bytes} r */
function skipVoice(r) {
  const voice = r.byte();
  r.take(2); // wave, polyphony
  numbers(r, 2); // gain, pan
  for (let i = 0; i < 5; i++) {
    const n = r.uint();
    r.uint();
    numbers(r, n + r.uint());
  }
  numbers(r, 8); // vibrato, slide, drop, echo
  r.take(16); // steps
  numbers(r, 6); // sample
  return voice;
}

/**
 * @param {Bytes} r
 * @param {number} n
 */
function numbers(r, n) {
  for (let i = 0; i < n; i++) while (r.byte() >= 0x80);
}

/**
 * The note of a KEY or PITCH command, its pitch in semitones.
 * @param {Command} c
 */
export function noteOf(c) {
  const r = new Bytes(c.rest);
  r.byte();
  const pitch = c.op === KEY ? r.byte() : r.uint() / 65536;
  const velocity = r.byte();
  const pan = r.int();
  return { pitch, velocity, pan, frames: r.uint() };
}

/**
 * What a CONTROL command moves, and where to.
 * @param {Command} c
 */
export function controlOf(c) {
  const r = new Bytes(c.rest);
  r.byte();
  return { param: r.byte(), value: r.int() };
}
