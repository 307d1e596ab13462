// Messages of a station: see web/PROTOCOL.md.

import { Bytes } from "./bytes.js";
import { CONTROL, KEY, PITCH, controlOf, noteOf, scan } from "./commands.js";

export const PROTOCOL = 2;

/**
 * @typedef {{name: string, wave: string, pan: number, pitched: boolean, slot?: number, aside?: boolean, title?: string,
 *   midi_channel?: number, midi_program?: number, midi_drum?: number}} Voice
 * @typedef {{kind: string, name: string, title?: string, doc?: string, unit?: string, carrier?: string, polarity?: string, says?: string, data?: boolean}} Maker
 * @typedef {{name: string, title?: string, doc?: string, unit?: string, low?: number, high?: number, hidden?: boolean}} Signal
 * @typedef {{doc?: string, columns: string[], rows: number}} Board
 * @typedef {object} Piece
 * @property {number} from
 * @property {string} title
 * @property {string} [about]
 * @property {string} [lang] of its words
 * @property {string} key
 * @property {string} meter
 * @property {number} tempo
 * @property {number} tick
 * @property {Voice[]} voices
 * @property {Maker[]} makers
 * @property {Signal[]} signals
 * @property {string[]} sources
 * @property {Board} [board]
 *
 * @typedef {object} Hello
 * @property {number} protocol
 * @property {string} station
 * @property {string} run
 * @property {number} rate
 * @property {number} latency
 * @property {number} ppq
 * @property {number} zero_us
 * @property {number} now_us
 * @property {number} cushion_ms
 * @property {Piece} piece
 *
 * @typedef {{reason: string, again_s?: number}} Goodbye
 *
 * @typedef {{maker: number, event: number, step: number, from: string, value: number|string|boolean|null, label?: string}} Cause
 *
 * @typedef {object} Mark
 * @property {string} kind
 * @property {number} frame
 * @property {number} tick
 * @property {string} [name]
 * @property {string} [text]
 * @property {number} [index]
 * @property {number} [value]
 * @property {number} [beats]
 * @property {number} [unit]
 * @property {number} [sharps]
 * @property {boolean} [minor]
 *
 * @typedef {{frame: number, slot: number, param: number, value: number}} Control
 *
 * @typedef {object} Note
 * @property {number} frame
 * @property {number} frames
 * @property {number} slot the voice of the chip that plays it
 * @property {number} pitch
 * @property {number} velocity
 * @property {number} pan
 * @property {Cause | null} cause
 *
 * @typedef {{kind: "score", seq: number, begin: number, frames: number, commands: Uint8Array, notes: Note[], controls: Control[], marks: Mark[]}} Score
 * @typedef {{kind: "keyframe", seq: number, frame: number, snapshot: Uint8Array, marks: Mark[]}} Keyframe
 * @typedef {{kind: "clock", zero: number, now: number, token: number}} Clock
 * @typedef {{kind: "hello", hello: Hello} | {kind: "piece", piece: Piece} | {kind: "goodbye", goodbye: Goodbye} | Score | Keyframe | Clock} Message
 */

/**
 * Reads one message. What is no message throws.
 * @param {Uint8Array} p
 * @returns {Message | null} null for a kind that a later version may have
 */
export function read(p) {
  const r = new Bytes(p);
  switch (r.byte()) {
    case 1:
      return { kind: "hello", hello: json(r) };
    case 2:
      return { kind: "piece", piece: json(r) };
    case 3: {
      const seq = r.uint();
      const begin = r.uint();
      const frames = r.uint();
      const commands = r.bytes();
      const why = causes(r);
      const told = marks(r, begin, why);
      return { kind: "score", seq, begin, frames, commands, notes: notesOf(commands, why), controls: controlsOf(commands), marks: told };
    }
    case 4: {
      const seq = r.uint();
      const frame = r.uint();
      const snapshot = r.bytes();
      return { kind: "keyframe", seq, frame, snapshot, marks: marks(r, frame) };
    }
    case 5:
      return { kind: "clock", zero: r.int(), now: r.int(), token: r.uint() };
    case 6:
      return { kind: "goodbye", goodbye: json(r) };
  }
  return null;
}

/** @param {Bytes} r */
function json(r) {
  return JSON.parse(new TextDecoder().decode(r.take(r.left)));
}

/**
 * @param {Uint8Array} commands
 * @param {Cause[]} why
 * @returns {Note[]}
 */
function notesOf(commands, why) {
  /** @type {Note[]} */
  const out = [];
  scan(commands, (c) => {
    if (c.op !== KEY && c.op !== PITCH) return;
    const n = noteOf(c);
    out.push({ frame: c.frame, frames: n.frames, slot: c.voice, pitch: n.pitch, velocity: n.velocity, pan: n.pan, cause: why[out.length] ?? null });
  });
  return out;
}

/**
 * @param {Uint8Array} commands
 * @returns {Control[]}
 */
function controlsOf(commands) {
  /** @type {Control[]} */
  const out = [];
  scan(commands, (c) => {
    if (c.op === CONTROL) out.push({ frame: c.frame, slot: c.voice, ...controlOf(c) });
  });
  return out;
}

/**
 * @param {Bytes} r
 * @returns {Cause[]}
 */
function causes(r) {
  /** @type {Cause[]} */
  const out = [];
  /** @type {Map<number, string>} */
  const said = new Map();
  let last = 0;
  for (let n = r.uint(); n > 0; n--) {
    const c = { maker: r.uint(), event: 0, step: 0, from: "", value: /** @type {Cause["value"]} */ (null) };
    const d = r.uint();
    if (d > 0) {
      last += (d - 1) % 2 === 1 ? -d / 2 : (d - 1) / 2;
      c.event = last;
      c.step = r.uint();
      const from = r.text();
      if (from !== "") said.set(c.maker, from);
      c.from = said.get(c.maker) ?? "";
      c.value = value(r);
    }
    out.push(c);
  }
  return out;
}

/**
 * @param {Bytes} r
 * @returns {Cause["value"]}
 */
function value(r) {
  const t = r.byte();
  switch (t) {
    case 0:
      return null;
    case 1:
      return r.int();
    case 2:
      return r.number();
    case 3:
      return r.text();
    case 4:
    case 5:
      return t === 5;
  }
  throw new RangeError("a value is of an unknown type");
}

/**
 * @param {Bytes} r
 * @param {number} frame that the first mark counts from
 * @param {Cause[]} [why] the causes that labels among the marks are of
 * @returns {Mark[]}
 */
function marks(r, frame, why = []) {
  /** @type {Mark[]} */
  const out = [];
  let tick = 0;
  for (let n = r.uint(); n > 0; n--) {
    const kind = r.byte();
    frame += r.int();
    tick += r.int();
    const m = kind >= 8 ? later(new Bytes(r.bytes()), kind, why) : mark(r, kind);
    if (m) out.push({ frame, tick, ...m });
  }
  return out;
}

/**
 * @param {Bytes} r
 * @param {number} kind
 */
function mark(r, kind) {
  switch (kind) {
    case 0:
      return { kind: "section", name: r.text() };
    case 1: {
      const text = r.text();
      r.uint();
      r.uint();
      return { kind: "caption", text };
    }
    case 2:
      return { kind: "key", name: r.text(), sharps: r.int(), minor: r.byte() === 1 };
    case 3:
      return { kind: "chord", name: r.text(), text: r.text() };
    case 4:
      return { kind: "meter", beats: r.uint(), unit: r.uint() };
    case 5:
      return { kind: "tempo", value: r.uint() };
    case 6:
      return { kind: "signal", index: r.uint(), value: r.number() };
    case 7:
      return { kind: "state", name: r.text(), text: r.text() };
  }
  throw new RangeError("a mark is of an unknown kind");
}

/**
 * A mark that has its length before it: null for what a later version may have.
 * @param {Bytes} r
 * @param {number} kind
 * @param {Cause[]} why
 */
function later(r, kind, why) {
  if (kind === 10) {
    const c = why[r.uint()];
    if (c) c.label = r.text();
    return null;
  }
  return kind === 8 ? { kind: "board", index: r.uint(), text: r.text() } : null;
}
