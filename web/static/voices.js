// The voices: which of them are heard, and where their pitch lies.

import { colour } from "./palette.js";
import { called } from "./why.js";
import { say } from "./words.js";

/** @typedef {import("./wire.js").Piece} Piece */

export class Voices {
  /**
   * @param {HTMLElement} list
   * @param {() => import("./palette.js").Palette} palette
   */
  constructor(list, palette) {
    this.list = list;
    this.palette = palette;
    /** @type {Piece | null} */
    this.piece = null;
    // By name: another piece may give a voice another number.
    /** @type {Set<string>} */
    this.muted = new Set();
    /** @type {Set<string>} */
    this.alone = new Set();
    /** @type {Set<string>} what the station has silent and this listener wants */
    this.wanted = new Set();
    this.all = false; // everything is silent
    this.whole = false; // what is heard is a stream, in which nothing is apart
    this.shift = 0;
    this.onchange = () => {};
    /** @type {{item: HTMLLIElement, name: HTMLButtonElement, solo: HTMLButtonElement}[]} */
    this.rows = [];
  }

  /** @param {Piece} piece */
  begin(piece) {
    this.piece = piece;
    this.rows = piece.voices.map((v, i) => {
      const item = document.createElement("li");
      const name = document.createElement("button");
      const solo = document.createElement("button");
      name.type = solo.type = "button";
      name.className = "name";
      solo.className = "solo";
      name.textContent = called(v);
      solo.textContent = "S";
      name.onclick = () => this.press(i, false);
      solo.onclick = () => this.press(i, true);
      item.append(name, solo);
      return { item, name, solo };
    });
    this.list.replaceChildren(...this.rows.map((r) => r.item));
    this.show();
    this.onchange();
  }

  show() {
    this.rows.forEach((r, i) => {
      const v = this.piece?.voices[i];
      if (!v) return;
      r.name.disabled = r.solo.disabled = this.whole;
      r.item.style.setProperty("--dot", colour(this.palette(), i));
      r.name.setAttribute("aria-pressed", String(this.all || this.isMuted(v)));
      r.name.setAttribute("aria-label", say("muteVoice", { voice: called(v) }));
      r.solo.setAttribute("aria-pressed", String(this.alone.has(v.name)));
      r.solo.setAttribute("aria-label", say("soloVoice", { voice: called(v) }));
    });
  }

  /**
   * @param {number} i
   * @param {boolean} alone
   */
  press(i, alone) {
    const name = this.piece?.voices[i]?.name;
    if (name !== undefined) this.pressName(name, alone);
  }

  /**
   * @param {string} name
   * @param {boolean} [alone]
   */
  pressName(name, alone = false) {
    if (this.all) {
      // They all look pressed: whoever presses one wants to hear again.
      this.all = false;
      this.onchange();
      return;
    }
    const aside = this.piece?.voices.some((v) => v.name === name && v.aside);
    const set = alone ? this.alone : aside ? this.wanted : this.muted;
    if (!set.delete(name)) set.add(name);
    this.onchange();
  }

  /** Whether a voice is silent by itself. @param {import("./wire.js").Voice} v */
  isMuted(v) {
    return v.aside ? !this.wanted.has(v.name) : this.muted.has(v.name);
  }

  toggleAll() {
    this.all = !this.all;
    this.onchange();
  }

  /** @param {number} by semitones */
  move(by) {
    this.shift = Math.max(-24, Math.min(24, this.shift + by));
    this.onchange();
  }

  /** Indices of the voices that are not heard. @returns {Set<number>} */
  silent() {
    /** @type {Set<number>} */
    const out = new Set();
    this.piece?.voices.forEach((v, i) => {
      if (this.all || this.isMuted(v) || (this.alone.size > 0 && !this.alone.has(v.name))) out.add(i);
    });
    return out;
  }

  /** The same as numbers on the chip. */
  silentSlots() {
    return [...this.silent()].map((i) => this.piece?.voices[i].slot ?? i);
  }

  /** Those that the station has silent, as numbers on the chip. */
  asideSlots() {
    return (this.piece?.voices ?? []).flatMap((v, i) => (v.aside ? [v.slot ?? i] : []));
  }

  /** Which voices' pitch can be moved: with drums it chooses the sound. */
  pitchedSlots() {
    return (this.piece?.voices ?? []).flatMap((v, i) => (v.pitched ? [v.slot ?? i] : []));
  }

  /**
   * @param {import("./score.js").Score} score
   * @param {number} now
   */
  sounding(score, now) {
    const on = new Set();
    const silent = this.silent();
    for (let i = score.notes.length - 1; i >= 0 && score.notes[i].frame > now - 5 * 48000; i--) {
      const n = score.notes[i];
      // Short notes light a little longer, or nobody would see them.
      if (n.frame <= now && now < n.frame + Math.max(n.frames, 4800) && !silent.has(n.voice)) on.add(n.voice);
    }
    this.rows.forEach((r, i) => r.item.classList.toggle("sounds", on.has(i)));
  }
}
