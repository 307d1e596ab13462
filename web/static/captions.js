// What happens, in words: the newest large and in time with the sound, and before it what
// it came upon, so that nothing is gone before it could be read, nor before it was said.

import { put } from "./why.js";

/** @typedef {import("./score.js").Score} Score */
/** @typedef {import("./wire.js").Mark} Mark */

/** So long at least a caption can be read, in milliseconds. */
const READ = 1500;
/** So long a screen reader is left to speak. */
const SPEAKS = 5000;
/** So many letters it is given at once. */
const MOST = 160;
/** Of what happened while nobody looked so many captions are caught up on. */
const CAUGHT_UP = 3;

export class Captions {
  /** @param {{newest: HTMLElement, before: HTMLElement, spoken: HTMLElement}} at */
  constructor(at) {
    this.at = at;
    /** @type {{text: string, since: number}[]} what is shown, the newest last */
    this.shown = [];
    /** @type {string[]} */
    this.unsaid = [];
    this.said = -Infinity;
    /** The station's frame up to which captions were taken. */
    this.until = NaN;
    this.run = "";
    /** The language of the piece, as HTML names it. */
    this.lang = "en";
  }

  /**
   * Shows what has come up to a frame.
   * @param {Score} score
   * @param {number} now
   */
  draw(score, now) {
    const begins = Number.isNaN(this.until) || score.run !== this.run || now < this.until - 48000;
    if (begins) {
      const c = score.holds("caption", now);
      if (c) this.take([c]);
    } else {
      const come = score.marks.filter((m) => m.kind === "caption" && m.frame > this.until && m.frame <= now);
      if (come.length) this.take(come.sort((a, b) => a.frame - b.frame).slice(-CAUGHT_UP));
    }
    this.run = score.run;
    if (begins || now > this.until) this.until = now;
    // More than one stays before the newest only while it could not yet be read.
    const old = performance.now() - READ;
    while (this.shown.length > 2 && this.shown[0].since < old) this.shown.shift();
    this.show();
    this.speak();
  }

  /** @param {Mark[]} come */
  take(come) {
    const since = performance.now();
    for (const c of come) {
      if (!c.text) continue;
      this.shown.push({ text: c.text, since });
      this.unsaid.push(c.text);
    }
    const { newest } = this.at;
    newest.textContent = this.shown.at(-1)?.text ?? "";
    newest.classList.remove("fresh");
    void newest.offsetWidth; // begins the animation anew
    newest.classList.add("fresh");
  }

  show() {
    const before = this.shown.slice(0, -1).map((s) => s.text).join(" · ");
    if (this.at.before.textContent !== before) this.at.before.textContent = before;
  }

  /**
   * A screen reader gets what has come since it was given something last, if it is not
   * too much; else what came first, which it has waited for, and the newest.
   */
  speak() {
    if (this.unsaid.length === 0 || performance.now() - this.said < SPEAKS) return;
    const [first, ...rest] = this.unsaid;
    const given = [];
    let letters = first.length;
    for (const text of rest.reverse()) {
      if (letters + text.length > MOST && given.length > 0) break;
      given.unshift(text);
      letters += text.length;
    }
    this.unsaid = [];
    this.say([{ text: [first, ...given].map((s) => (/[.!?…]$/.test(s) ? s : s + ".")).join(" "), piece: true }], this.lang);
  }

  /**
   * Gives a screen reader something else.
   * @param {import("./why.js").Part[]} parts
   * @param {string} [lang] of the piece
   */
  say(parts, lang) {
    this.at.spoken.replaceChildren();
    put(this.at.spoken, parts, lang);
    this.said = performance.now();
  }
}
