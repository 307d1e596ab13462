// How the station is, in words: how much of what came was heard, how its sources are,
// and, for whoever runs it, what is wrong with the last edit.

import { show } from "./sources.js";
import { readable } from "./why.js";
import { number, say } from "./words.js";

/** @typedef {import("./words.js").Word} Word */
/**
 * @typedef {object} Listed
 * @property {string} name
 * @property {string} title
 * @property {string} [about]
 * @property {string} path
 * @property {string} state
 * @property {number} listeners
 * @property {number} heard
 * @property {number} sounded
 * @property {number} gathered
 * @property {import("./sources.js").Source[]} sources
 * @property {string[]} [problems]
 */

const EVERY = 4000;
/** While somebody looks at how the sources do, and where the piece is edited. */
const CLOSELY = 1000;
/** Pages on the server's own machine: only they are told what is wrong with an edit. */
const HOME = /^(localhost|127\..*|\[::1\])$/.test(location.hostname);
const states = /** @type {const} */ (["live", "idle", "stale", "ended", "failed"]);

/**
 * The state of a source in words; what is unknown is said as it is.
 * @param {string} state
 */
export function stateWord(state) {
  const known = states.find((s) => s === state);
  return known ? say(known) : state;
}

/**
 * "1,240 of 9,000 events sounded, 7,000 more together": by a note of their own, and by one
 * that stands for many.
 * @param {{heard: number, sounded: number, gathered: number}} s
 */
export function sounded(s) {
  const alone = say("sounded", { n: number(s.sounded, 15), all: number(s.heard, 15) });
  return s.gathered > 0 ? `${alone}, ${say("together", { n: number(s.gathered, 15) })}` : alone;
}

export class Tally {
  /**
   * @param {{line: HTMLElement, open: HTMLDetailsElement, sources: HTMLElement, problems: HTMLElement, others: HTMLAnchorElement}} at
   * @param {import("./score.js").Score} score what its marks say of the sources is in time
   * with what is heard
   */
  constructor(at, score) {
    this.at = at;
    this.score = score;
    this.name = "";
    /** @type {Listed | undefined} */
    this.listed = undefined;
    this.many = false;
  }

  /** @param {string} name of the station */
  begin(name) {
    this.name = name;
    const again = async () => {
      if (document.visibilityState === "visible") await this.ask();
      setTimeout(again, HOME || this.at.open.open ? CLOSELY : EVERY);
    };
    again();
    this.at.open.addEventListener("toggle", () => this.show());
  }

  async ask() {
    try {
      /** @type {Listed[]} */
      const all = await (await fetch("/api/stations")).json();
      this.listed = all.find((s) => s.name === this.name);
      this.many = all.length > 1;
    } catch {
      return; // the line says that it is cut
    }
    this.show();
  }

  show() {
    const s = this.listed;
    this.at.others.hidden = !this.many;
    this.at.others.textContent = say("others");
    if (!s) return;
    /** @type {(Node | string)[]} */
    const parts = [];
    if (s.heard > 0) parts.push(sounded(s));
    for (const source of s.sources) {
      const state = this.score.sources.get(source.name) ?? source.state;
      const words = document.createElement("span");
      words.className = "source " + (states.find((k) => k === state) ?? "");
      words.textContent = say("sourceIs", { source: readable(source.name), state: stateWord(state) });
      if (parts.length) parts.push(" · ");
      parts.push(words);
    }
    // The music idles when no data comes, whatever the sources say of themselves.
    if (this.score.sources.get("data") === "idle") parts.push(" · ", say("idle"));
    this.at.line.replaceChildren(...parts);
    this.at.open.classList.toggle("blank", parts.length === 0);
    if (this.at.open.open) show(this.at.sources, s.sources);
    const problems = s.problems ?? [];
    this.at.problems.hidden = problems.length === 0;
    const items = problems.map((text) => {
      const li = document.createElement("li");
      li.textContent = text;
      return li;
    });
    if (items.length) {
      const first = document.createElement("li");
      first.className = "first";
      first.textContent = say("broken");
      items.unshift(first);
    }
    this.at.problems.replaceChildren(...items);
  }
}
