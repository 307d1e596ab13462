// What a voice is to a MIDI instrument: its channel, its program, and what becomes
// a controller. The same as in the files that the program writes: see sonify/midi.

import { BEND, DUTY, ECHO, PAN, VIBRATO, VOLUME } from "./commands.js";

/** @typedef {import("./wire.js").Voice} Voice */
/** @typedef {{n: number, voices: number, pan: number}} Channel n counts from 0; pan is what was sent last, -1 unknown */

/** General MIDI's channel 10, counted from 0. */
export const DRUMS = 9;

/** General MIDI's nearest to the waves, from 1. @type {Record<string, number>} */
const programs = { pulse: 81, triangle: 39, table: 82, sample: 1, noise: 123 };

/**
 * Gives every voice its channel: the one it asks for; otherwise 10 if it is unpitched,
 * and the next that nobody has if it is pitched. Past fifteen they are shared.
 * @param {Voice[]} voices
 * @returns {Channel[]}
 */
export function assign(voices) {
  /** @type {Channel[]} */
  const all = Array.from({ length: 16 }, (_, n) => ({ n, voices: 0, pan: -1 }));
  /** @type {(Channel | undefined)[]} */
  const out = voices.map((v) => {
    const c = v.midi_channel ? all[v.midi_channel - 1] : !v.pitched || v.midi_drum ? all[DRUMS] : undefined;
    if (c) c.voices++;
    return c;
  });
  return out.map((c) => {
    if (c) return c;
    const free = all.filter((x) => x.n !== DRUMS).reduce((best, x) => (x.voices < best.voices ? x : best));
    free.voices++;
    return free;
  });
}

/** @param {number} x @param {number} top */
const scale = (x, top) => Math.max(0, Math.min(127, Math.floor((x * 127 + top / 2) / top)));

/** A voice as it is played on a channel. emit gets what is to be sent, in order. */
export class Part {
  /**
   * @param {Voice} voice
   * @param {Channel} channel
   * @param {(at: number, bytes: number[]) => void} emit
   */
  constructor(voice, channel, emit) {
    this.voice = voice;
    this.channel = channel;
    this.emit = emit;
    this.pan = 0; // by control, added to the notes' own
    this.bending = 0; // by control, in cents
    this.detune = 0; // of the last note from its key, in cents
    this.range = 2; // of the pitch bend, in semitones
    this.bent = 0; // what was sent last
  }

  /** @param {number} at @param {number} n @param {number} value */
  cc(at, n, value) {
    this.emit(at, [0xb0 | this.channel.n, n, value]);
  }

  /** What stands before the notes. @param {number} at */
  begin(at) {
    const v = this.voice;
    if (this.channel.n !== DRUMS) {
      const p = v.midi_program || programs[v.wave] || 1;
      this.cc(at, 0, 0); // bank
      this.cc(at, 32, 0);
      this.emit(at, [0xc0 | this.channel.n, Math.max(0, Math.min(127, p - 1))]);
      this.reach(at, 2);
      this.bent = 0;
      this.emit(at, [0xe0 | this.channel.n, 0, 64]);
    }
    this.cc(at, 7, 100);
    this.place(at, v.pan);
  }

  /**
   * How far the pitch bend goes, by RPN 0, which is then closed.
   * @param {number} at
   * @param {number} semitones
   */
  reach(at, semitones) {
    this.range = semitones;
    for (const [n, value] of [[101, 0], [100, 0], [6, semitones], [38, 0], [101, 127], [100, 127]]) this.cc(at, n, value);
  }

  /** @param {number} at @param {number} pan -100 to 100 */
  place(at, pan) {
    const p = Math.max(-100, Math.min(100, pan));
    const value = p > 0 ? 64 + Math.floor((p * 63 + 50) / 100) : 64 + Math.trunc((p * 64) / 100);
    if (value === this.channel.pan) return;
    this.channel.pan = value;
    this.cc(at, 10, value);
  }

  /** @param {number} at */
  bend(at) {
    if (this.channel.n === DRUMS) return;
    const cents = this.bending + this.detune;
    if (Math.abs(cents) > this.range * 100) this.reach(at, 24);
    const value = Math.max(-8192, Math.min(8191, Math.floor((cents * 8192) / (this.range * 100) + 0.5)));
    if (value === this.bent) return;
    this.bent = value;
    this.emit(at, [0xe0 | this.channel.n, (value + 8192) & 0x7f, (value + 8192) >> 7]);
  }

  /** @param {number} at @param {{param: number, value: number}} c */
  control(at, c) {
    switch (c.param) {
      case VOLUME: // General MIDI's is a square law, and 100 is its default
        return this.cc(at, 7, Math.min(127, Math.floor(Math.sqrt(Math.max(0, c.value) / 1000) * 100 + 0.5)));
      case PAN:
        this.pan = c.value;
        return this.place(at, this.voice.pan + c.value);
      case BEND:
        this.bending = Math.max(-2400, Math.min(2400, c.value));
        return this.bend(at);
      case VIBRATO:
        return this.cc(at, 1, scale(Math.max(0, c.value), 200));
      case DUTY:
        return this.cc(at, 70, c.value < 0 ? 64 : scale(c.value, 3));
      case ECHO:
        return this.cc(at, 91, scale(Math.max(0, c.value), 1000));
    }
  }

  /**
   * Sends what a note wants of its channel, and returns its key. A pitch between two
   * keys is bent to its place if nothing else sounds on the channel; otherwise it is
   * the nearest key.
   * @param {number} at
   * @param {{pitch: number, pan: number}} n
   * @param {boolean} alone
   */
  strike(at, n, alone) {
    const key = Math.max(0, Math.min(127, this.voice.midi_drum || Math.round(n.pitch)));
    this.place(at, n.pan + this.pan);
    if (this.voice.pitched && alone && this.channel.voices === 1) {
      this.detune = this.voice.midi_drum ? 0 : Math.round((n.pitch - key) * 1e4) / 100;
      this.bend(at);
    }
    return key;
  }
}
