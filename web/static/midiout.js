// The score to MIDI instruments, as it sounds: each note is sent a little ahead with the
// moment at which it is heard, and no note is left hanging, whatever happens.

import { Part, assign } from "./midi.js";

/**
 * @typedef {import("./wire.js").Piece} Piece
 * @typedef {import("./score.js").Note} Note
 * @typedef {import("./wire.js").Control} Control
 * @typedef {{frame: number, note: Note | null, control: Control | null}} Item
 * @typedef {{ch: number, key: number, slot: number, on: number, off: number}} Sounding times in ms
 */

// So far ahead it is sent, in milliseconds: a port keeps it until its time. Not further,
// because not every browser can take back what was sent.
const AHEAD_MS = 200;
// What comes later than that is not played any more.
const LATE_MS = 80;
// A clock that moved by more has jumped: what sounds is ended.
const JUMP_MS = 40;
// As much as waits in a burst, whatever comes.
const MOST = 4096;

export class MidiOut {
  /** @param {() => {now: number, frame: number}} clock the station's frame that is heard at a time of performance.now() */
  constructor(clock) {
    this.clock = clock;
    /** @type {MIDIAccess | null} */
    this.access = null;
    /** @type {MIDIOutput | null} */
    this.port = null;
    /** The port that was chosen, by its id; it may be unplugged and come back. */
    this.chosen = "";
    this.playing = false;
    /** @type {Piece | null} */
    this.piece = null;
    /** @type {Map<number, Part>} by slot */
    this.parts = new Map();
    /** @type {Item[]} by frame */
    this.waiting = [];
    /** @type {Sounding[]} */
    this.sounding = [];
    /** @type {Set<number>} slots that are silent */
    this.muted = new Set();
    this.shift = 0; // semitones, of the voices that have a pitch
    this.base = NaN; // when frame 0 was heard, in ms
    this.sent = 0; // the latest moment that a message was sent for
    this.onports = () => {};
    /** Whether the page is on the screen or may come back to it. */
    this.gone = false;
    addEventListener("pagehide", () => {
      this.silence();
      this.gone = true;
    });
    addEventListener("pageshow", () => (this.gone = false));
  }

  static get able() {
    return "requestMIDIAccess" in navigator;
  }

  /** Asks for the ports: the browser asks the listener. Throws if they may not be used. */
  async open() {
    this.access = await navigator.requestMIDIAccess({ sysex: false });
    this.access.onstatechange = () => {
      const was = this.port;
      const is = this.find(this.chosen);
      if (is !== was) this.take(is);
      this.onports();
    };
    return this.ports();
  }

  /** @returns {{id: string, name: string}[]} */
  ports() {
    return [...(this.access?.outputs.values() ?? [])].filter((p) => p.state !== "disconnected").map((p) => ({ id: p.id, name: p.name || p.id }));
  }

  /** @param {string} id */
  find(id) {
    const p = id ? this.access?.outputs.get(id) : undefined;
    return p && p.state !== "disconnected" ? p : null;
  }

  /**
   * Plays to a port from now on; "": to none.
   * @param {string} id
   */
  choose(id) {
    this.chosen = id;
    this.take(this.find(id));
  }

  /** @param {MIDIOutput | null} port */
  take(port) {
    this.silence();
    this.port = port;
    if (port) this.setup();
  }

  /** @param {Piece} piece */
  begin(piece) {
    this.silence();
    this.piece = piece;
    this.setup();
  }

  /** Says what every channel is. */
  setup() {
    this.parts.clear();
    const piece = this.piece;
    if (!piece) return;
    const channels = assign(piece.voices);
    piece.voices.forEach((v, i) => this.parts.set(v.slot ?? i, new Part(v, channels[i], (at, bytes) => this.send(bytes, at))));
    if (this.port) for (const p of this.parts.values()) p.begin(performance.now());
  }

  /**
   * @param {Note[]} notes
   * @param {Control[]} controls
   */
  add(notes, controls) {
    if (!this.port || !this.playing || this.gone) return;
    for (const note of notes) this.waiting.push({ frame: note.frame, note, control: null });
    for (const control of controls) this.waiting.push({ frame: control.frame, note: null, control });
    this.waiting.sort((a, b) => a.frame - b.frame);
    if (this.waiting.length > MOST) this.waiting.splice(0, this.waiting.length - MOST);
    this.pump();
  }

  /** Sends what is due soon. Whoever has a clock that does not sleep calls it some times in 200 ms. */
  pump() {
    if (!this.port || !this.playing || this.gone) return;
    const { now, frame } = this.clock();
    if (!Number.isFinite(frame)) return;
    const base = now - frame / 48;
    if (Math.abs(base - this.base) > JUMP_MS) this.end();
    // Readings of the clock differ by little: what sounds keeps to the first.
    if (!(Math.abs(base - this.base) <= JUMP_MS / 4)) this.base = base;
    const when = (/** @type {number} */ f) => this.base + f / 48;
    while (this.waiting.length > 0 && when(this.waiting[0].frame) < now + AHEAD_MS) {
      const { frame, note, control } = /** @type {Item} */ (this.waiting.shift());
      const at = when(frame);
      this.release(at);
      if (control) this.parts.get(control.slot)?.control(Math.max(at, now), control);
      if (note && at > now - LATE_MS) this.strike(note, Math.max(at, now), when(frame + note.frames));
    }
    this.release(now + AHEAD_MS);
  }

  /**
   * @param {Note} note
   * @param {number} at
   * @param {number} end
   */
  strike(note, at, end) {
    const part = this.parts.get(note.slot);
    if (!part || this.muted.has(note.slot)) return;
    const ch = part.channel.n;
    let pitch = note.pitch + (part.voice.pitched ? this.shift : 0);
    while (pitch > 127) pitch -= 12;
    while (pitch < 0) pitch += 12;
    const key = part.strike(at, { pitch, pan: note.pan }, !this.sounding.some((s) => s.ch === ch));
    for (const s of this.sounding) if (s.ch === ch && s.key === key) this.off(s, at);
    this.sounding = this.sounding.filter((s) => s.ch !== ch || s.key !== key);
    this.send([0x90 | ch, key, Math.max(1, Math.min(127, note.velocity))], at);
    this.sounding.push({ ch, key, slot: note.slot, on: at, off: Math.max(end, at + 1) });
  }

  /**
   * Ends the notes that end before a moment, each at its time.
   * @param {number} before
   */
  release(before) {
    const ends = this.sounding.filter((s) => s.off <= before);
    if (ends.length === 0) return;
    this.sounding = this.sounding.filter((s) => s.off > before);
    for (const s of ends.sort((a, b) => a.off - b.off)) this.off(s, s.off);
  }

  /** @param {Sounding} s @param {number} at */
  off(s, at) {
    this.send([0x80 | s.ch, s.key, 64], Math.max(at, s.on + 1));
  }

  /** @param {number[]} bytes @param {number} at */
  send(bytes, at) {
    if (!this.port) return;
    try {
      this.port.send(bytes, at);
      this.sent = Math.max(this.sent, at);
    } catch {
      // It was unplugged just now; onstatechange comes.
    }
  }

  /** Ends every note that sounds or was sent ahead. */
  end() {
    const now = performance.now();
    for (const s of this.sounding) this.off(s, now);
    this.sounding = [];
  }

  /** All notes off, on every channel that was used, now and after what was sent ahead. */
  silence() {
    this.waiting = [];
    this.base = NaN;
    if (!this.port) {
      this.sounding = [];
      return;
    }
    const now = performance.now();
    // Where it is there it takes back what waits in the browser.
    /** @type {{clear?: () => void}} */ (this.port).clear?.();
    this.end();
    const after = Math.max(now, this.sent + 1);
    for (const ch of new Set([...this.parts.values()].map((p) => p.channel.n))) {
      for (const at of after > now ? [now, after] : [now]) {
        this.send([0xb0 | ch, 64, 0], at); // the pedal
        this.send([0xb0 | ch, 123, 0], at); // all notes off
        this.send([0xb0 | ch, 120, 0], at); // all sound off
      }
    }
    this.sent = 0;
  }

  /** @param {Iterable<number>} slots */
  mute(slots) {
    this.muted = new Set(slots);
    const now = performance.now();
    for (const s of this.sounding) if (this.muted.has(s.slot)) this.off(s, now);
    this.sounding = this.sounding.filter((s) => !this.muted.has(s.slot));
  }

  /** @param {number} shift in semitones */
  transpose(shift) {
    if (shift === this.shift) return;
    this.shift = shift;
    this.end();
  }

  /** @param {boolean} on */
  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    if (!on) this.silence();
    else this.setup();
  }
}
