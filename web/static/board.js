// The board beside the music: what the piece writes on it, in lights.

import { write } from "./pixels.js";
import { readable } from "./why.js";
import { figures, say, spoken, term } from "./words.js";

/** @typedef {import("./score.js").Score} Score */
/** @typedef {import("./wire.js").Board} Layout */

/** What stands for a lamp: that this row has what the heading says. */
const LAMP = "●";
/** A place that has changed is brighter for a moment, at most once in so many milliseconds. */
const RESTS = 2000;

export class Board {
  /**
   * @param {HTMLElement} box
   * @param {HTMLTableElement} table
   */
  constructor(box, table) {
    this.box = box;
    this.table = table;
    /** @type {Layout | undefined} */
    this.layout = undefined;
    /** @type {HTMLElement[]} row by row */
    this.places = [];
    /** @type {HTMLElement[]} */
    this.heads = [];
    this.shown = "";
    /** The language that the piece is written in. */
    this.lang = "en";
    /** So much of the height of the window it may have. */
    this.share = 1;
    /** When each place was brighter last. @type {WeakMap<HTMLElement, number>} */
    this.flashed = new WeakMap();
    table.addEventListener("animationend", (e) => /** @type {HTMLElement} */ (e.target).classList.remove("fresh"));
    new ResizeObserver(() => this.fit()).observe(box);
  }

  /** Makes the board smaller than it would be where there is less room than it needs. */
  fit() {
    this.table.style.zoom = "";
    const { paddingLeft, paddingRight } = getComputedStyle(this.box);
    const room = this.box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const wide = this.table.scrollWidth;
    const part = Math.min(wide > 0 && room > 0 ? room / wide : 1, (this.share * innerHeight) / Math.max(1, this.table.offsetHeight));
    if (part < 1) this.table.style.zoom = String(Math.floor(100 * part) / 100);
  }

  /**
   * Makes the table of a piece.
   * @param {Layout | undefined} layout
   * @param {string} lang the language that the piece is written in
   */
  begin(layout, lang) {
    this.layout = layout;
    this.lang = lang;
    this.places = [];
    this.shown = "";
    this.box.hidden = true;
    this.box.classList.remove("lamps");
    if (!layout) return;
    const head = document.createElement("tr");
    const heads = layout.columns.map(() => document.createElement("th"));
    for (const th of heads) th.scope = "col";
    this.heads = heads;
    head.append(...this.heads);
    const thead = document.createElement("thead");
    thead.append(head);
    const body = document.createElement("tbody");
    body.lang = lang;
    for (let r = 0; r < layout.rows; r++) {
      const row = document.createElement("tr");
      for (let c = 0; c < layout.columns.length; c++) {
        const td = document.createElement("td");
        row.append(td);
        this.places.push(td);
      }
      body.append(row);
    }
    this.table.replaceChildren(thead, body);
    this.show();
  }

  /** Brings what is words up to date. */
  show() {
    this.heads.forEach((th, i) => (th.textContent = term(readable(this.layout?.columns[i] ?? ""))));
    this.box.setAttribute("aria-label", this.layout?.doc || say("board"));
  }

  /**
   * Shows what holds at a frame.
   * @param {Score} score
   * @param {number} now
   */
  draw(score, now) {
    if (!this.layout) return;
    const rows = score.boardAt(now);
    this.box.hidden = !rows;
    if (!rows) return;
    const all = rows.flat();
    const key = [...all, this.lang.startsWith("en") ? spoken() : ""].join("\u0000");
    if (key === this.shown || all.length !== this.places.length) return;
    const before = this.shown.split("\u0000");
    this.shown = key;
    const columns = this.layout.columns;
    all.forEach((text, i) => {
      const place = this.places[i];
      const lamp = text === LAMP;
      if (lamp && i % columns.length === 0) this.box.classList.add("lamps"); // it says itself what it is
      place.classList.toggle("lamp-place", lamp || (text === "" && before[i] === LAMP));
      place.classList.toggle("number", /^[+−-]?[\d.,]+\S{0,3}$/.test(text) || text === "AD");
      // Which figure is which is heard, too.
      const says = this.lang.startsWith("en") ? figures(text) : text;
      place.setAttribute("aria-label", lamp ? term(readable(columns[i % columns.length])) : says);
      write(place, says.toUpperCase());
      if (before.length === all.length + 1 && before[i] !== text && text !== "") this.flash(place);
    });
    this.fit();
  }

  /** @param {HTMLElement} place that has changed */
  flash(place) {
    const now = performance.now();
    if (now - (this.flashed.get(place) ?? -Infinity) < RESTS) return;
    this.flashed.set(place, now);
    place.classList.add("fresh");
  }
}
