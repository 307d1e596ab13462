// The legend: what becomes what, in words, and how low, typical and high values
// sound. Who plays one hears the station softer meanwhile; it goes on in its time.

import { write } from "./pixels.js";
import { called, put, readable } from "./why.js";
import { carrierWord, extremeWord, number, polarityWord, say } from "./words.js";

/**
 * @typedef {import("./why.js").Part} Part
 * @typedef {{which?: string, say: string, value?: number, word?: string, end?: string, silent?: boolean, commands: string, frames: number}} Value
 * @typedef {{what: string, polarity?: string, of?: string[]}} Effect
 * @typedef {object} Entry
 * @property {string} kind
 * @property {string} name
 * @property {string} [title]
 * @property {string} [doc]
 * @property {string} words
 * @property {string} [unit]
 * @property {string} [domain]
 * @property {number} [low]
 * @property {number} [high]
 * @property {string} [live]
 * @property {Effect[]} [effects]
 * @property {string} [alike]
 * @property {string} [carrier]
 * @property {string} [polarity]
 * @property {string[]} voices
 * @property {Value[]} values
 * @typedef {{title: string, about?: string, lang?: string, idle?: string, idle_s?: number, idle_section?: string, setup: string, entries: Entry[]}} Told
 */

const RATE = 48000;
const here = new URL(".", import.meta.url);

/** After how long the legend is asked for again, in milliseconds. */
const AGAIN = 3000;
const whiches = /** @type {const} */ (["low", "typical", "high"]);

/** @param {string} text base64 */
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export class Legend {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {{duck: (on: boolean) => void, volume: () => number}} o duck makes the station
   * soft; the volume is what the listener set, 0 to 1
   */
  constructor(dialog, o) {
    this.dialog = dialog;
    this.o = o;
    this.base = new URL(location.href);
    /** @type {Told | null} */
    this.told = null;
    this.stale = true;
    /** @type {"" | "noLegend" | "failedLegend"} why there is none */
    this.missing = "";
    this.again = 0; // what waits to ask again
    /** @type {Map<string, string>} what people call the voices */
    this.titles = new Map();
    /** @type {Worker | null} */
    this.teacher = null;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioBufferSourceNode | null} */
    this.source = null;
    this.asked = 0;
    /** @type {HTMLButtonElement | null} */
    this.button = null;
    this.begun = 0; // how many values were played
    dialog.addEventListener("close", () => {
      this.stop();
      clearTimeout(this.again);
    });
    dialog.addEventListener("click", (e) => {
      if (e.target === dialog) dialog.close(); // beside it
    });
  }

  /**
   * Another piece has another legend.
   * @param {URL} base the station's address
   * @param {import("./wire.js").Piece} [piece]
   */
  begin(base, piece) {
    this.base = base;
    if (piece) this.titles = new Map(piece.voices.map((v) => [v.name, v.title ?? ""]));
    this.stale = true;
    if (this.dialog.open) this.fetch();
  }

  /** @returns {boolean} whether it is open now */
  toggle() {
    if (this.dialog.open) this.dialog.close();
    else {
      this.dialog.showModal();
      this.show();
      if (this.stale) this.fetch();
    }
    return this.dialog.open;
  }

  async fetch() {
    this.stale = false;
    this.missing = "";
    clearTimeout(this.again);
    try {
      const answer = await fetch(new URL("legend", this.base));
      if (answer.ok) this.told = await answer.json();
      else if (answer.status === 404) this.none("noLegend");
      else this.none("failedLegend");
    } catch {
      this.none("failedLegend");
    }
    this.show();
  }

  /**
   * There is nothing to show; what only failed is tried again while somebody waits.
   * @param {"noLegend" | "failedLegend"} why
   */
  none(why) {
    this.told = null;
    this.stale = true;
    this.missing = why;
    if (why === "failedLegend" && this.dialog.open) this.again = setTimeout(() => this.fetch(), AGAIN);
  }

  /** Brings everything that is words up to date. */
  show() {
    if (!this.dialog.open) return;
    const title = make("h2", { id: "legend-name" });
    write(title, say("legend").toUpperCase());
    const close = make("button", { type: "button", className: "small", textContent: "×", onclick: () => this.dialog.close() });
    close.setAttribute("aria-label", say("close"));
    const head = make("div", { className: "legend-head" }, title, close);
    const state = make("p", { className: "unseen", id: "legend-state" });
    state.setAttribute("aria-live", "polite");
    const body = make("div", { className: "legend-body", tabIndex: -1 });
    if (!this.told) body.append(make("p", { textContent: say(this.missing || "connecting") }));
    else {
      body.append(make("p", { className: "legend-about", textContent: say("legendDoes") }));
      const carry = this.told.entries.filter((e) => e.values.some((v) => v.which));
      const rest = this.told.entries.filter((e) => !carry.includes(e) && e.values.length > 0);
      body.append(make("ul", { className: "entries" }, ...groups(carry).map((alike) => this.entry(alike[0], alike.slice(1)))));
      for (const [kind, word] of /** @type {const} */ ([["rule", "signs"], ["section", "sections"]])) {
        const some = rest.filter((e) => e.kind === kind);
        if (some.length === 0) continue;
        body.append(make("h3", { textContent: say(word) }), make("div", { className: "signs" }, ...some.map((e) => this.value(e, e.values[0]))));
      }
      const after = this.told.idle_s;
      if (after) {
        const section = this.told.idle_section;
        body.append(this.line("legend-about", section ? [{ text: say("idleSection", { n: number(after) }) }, { text: section, piece: true }] : [{ text: say("idleBreath", { n: number(after) }) }]));
      }
    }
    this.dialog.replaceChildren(head, state, body);
  }

  /**
   * @param {Entry} e
   * @param {Entry[]} alike that mean the same
   */
  entry(e, alike) {
    const item = make("li", { className: "entry" },
      make("h3", { lang: this.lang(), textContent: called(e) }),
      e.doc ? make("p", { lang: this.lang(), textContent: e.doc }) : "",
      this.line("domain", this.over(e)),
      ...directions(e).map((d) => this.line("polarity", d)),
      this.values(e));
    if (e.alike) item.append(make("p", { className: "domain", textContent: say(e.alike === "low" ? "alikeLow" : "alikeHigh") }));
    if (alike.length > 0) {
      const more = make("details", {}, make("summary", { textContent: say("alike", { n: alike.length }) }));
      for (const a of alike) more.append(make("p", { className: "domain", lang: this.lang(), textContent: readable(a.name) }), this.values(a));
      item.append(more);
    }
    item.append(make("details", {}, make("summary", { textContent: say("exactly") }), make("p", { lang: "en", textContent: e.words })));
    return item;
  }

  /** The language of the piece. */
  lang() {
    return this.told?.lang ?? "en";
  }

  /**
   * @param {string} className
   * @param {Part[]} of
   */
  line(className, of) {
    const p = make("p", { className });
    put(p, of, this.lang());
    return p;
  }

  /** @param {Entry} e */
  values(e) {
    return make("div", { className: "values" }, ...e.values.map((v) => this.value(e, v)));
  }

  /**
   * From where to where a value goes, and what it moves on which voices.
   * @param {Entry} e
   * @returns {Part[]}
   */
  over(e) {
    const out = domain(e);
    const carrier = carrierWord(e.carrier ?? "");
    if (carrier) out.push({ text: `${out.length > 0 ? " " : ""}→ ${carrier}` });
    const voices = e.voices.slice(0, 4).map((v) => this.titles.get(v) || readable(v)).join(", ") + (e.voices.length > 4 ? " …" : "");
    if (voices) out.push({ text: out.length > 0 ? " · " : "" }, { text: voices, piece: true });
    return out;
  }

  /**
   * A button that plays a value; what is silent is told.
   * @param {Entry} e
   * @param {Value} v
   */
  value(e, v) {
    const which = whiches.find((w) => w === v.which);
    const name = which ? make("b", { textContent: say(which) }) : make("b", { lang: this.lang(), textContent: called(e) });
    const of = which ? make("span", { className: "of" }, " ") : "";
    if (of) put(of, valueParts(e, v), this.lang());
    if (v.silent) return make("p", { className: "domain" }, name, of, " · " + say("silentValue"));
    const heard = make("span", { className: "unseen" });
    // "Hear it: Serve, low 120 km/h", and what is seen is the end of it.
    put(heard, [{ text: say("hear", { what: "" }) }, ...(which ? [{ text: called(e), piece: true }, { text: ", " }] : [])], this.lang());
    const button = make("button", { type: "button", className: "value " + (which ?? "whole") + (e.polarity === "down" ? " falls" : "") },
      make("span", { className: "steps" }), heard, name, of);
    button.onclick = () => this.play(e, v, button);
    return button;
  }

  /**
   * Plays a value; the one that sounds is stopped.
   * @param {Entry} e
   * @param {Value} v
   * @param {HTMLButtonElement} button
   */
  async play(e, v, button) {
    const again = this.button === button;
    this.stop();
    if (again || !this.told) return;
    this.context ??= new AudioContext({ sampleRate: RATE });
    const context = this.context;
    const resumed = context.resume();
    const id = ++this.asked;
    this.button = button;
    button.classList.add("sounds");
    this.o.duck(true);
    try {
      const sound = await this.ask({ type: "play", id, setup: bytes(this.told.setup), commands: bytes(v.commands), frames: v.frames });
      await resumed;
      if (id !== this.asked) return; // something else was wanted meanwhile
      const buffer = new AudioBuffer({ numberOfChannels: 2, length: sound.left.length, sampleRate: RATE });
      buffer.copyToChannel(sound.left, 0);
      buffer.copyToChannel(sound.right, 1);
      const volume = this.o.volume();
      const gain = new GainNode(context, { gain: volume * volume });
      gain.connect(context.destination);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(gain);
      source.onended = () => {
        if (this.source === source) this.stop();
      };
      source.start();
      this.source = source;
      this.begun++;
      const state = document.getElementById("legend-state");
      if (state) {
        state.replaceChildren();
        put(state, [{ text: called(e), piece: true }, ...(v.which ? [{ text: say("colon") }, ...valueParts(e, v)] : [])], this.lang());
      }
    } catch (error) {
      console.warn("proscenium:", error);
      if (id === this.asked) this.stop();
    }
  }

  stop() {
    this.asked++;
    this.button?.classList.remove("sounds");
    this.button = null;
    if (this.source) {
      this.source.onended = null;
      this.source.stop();
      this.source = null;
    }
    this.o.duck(false);
  }

  /**
   * Has a value made into sound.
   * @param {{id: number, [key: string]: unknown}} m
   * @returns {Promise<{left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>}>}
   */
  async ask(m) {
    if (!this.teacher) {
      const code = await (await fetch(new URL("chip.wasm", here))).arrayBuffer();
      this.teacher = new Worker(new URL("teacher.js", here), { type: "module" });
      this.teacher.postMessage({ type: "code", code });
    }
    const teacher = this.teacher;
    return new Promise((done, fail) => {
      const listen = (/** @type {MessageEvent} */ e) => {
        if (e.data.id !== m.id) return;
        teacher.removeEventListener("message", listen);
        if (e.data.type === "sound") done(e.data);
        else fail(new Error(e.data.why));
      };
      teacher.addEventListener("message", listen);
      teacher.postMessage(m);
    });
  }
}

/**
 * Entries that mean the same stand together, where the first of them stood.
 * @param {Entry[]} entries
 * @returns {Entry[][]}
 */
export function groups(entries) {
  /** @type {Map<string, Entry[]>} */
  const by = new Map();
  for (const e of entries) {
    const key = e.title ? JSON.stringify([e.kind, e.title, e.carrier, e.polarity, e.domain, e.unit]) : `${e.kind} ${e.name}`;
    by.set(key, [...(by.get(key) ?? []), e]);
  }
  return [...by.values()];
}

/**
 * @param {number} x
 * @param {Entry} e
 * @returns {Part[]}
 */
function quantity(x, e) {
  return [{ text: number(x) + (e.unit ? "\u00a0" : "") }, ...(e.unit ? [{ text: e.unit, piece: true }] : [])];
}

/**
 * From where to where a value goes.
 * @param {Entry} e
 * @returns {Part[]}
 */
function domain(e) {
  switch (e.live) {
    case "seen":
      return [{ text: say("liveSeen") }];
    case "rank":
      return [{ text: say("liveRank") }];
    case "zscore":
      return [{ text: say("liveZscore") }];
  }
  if (typeof e.low === "number" && typeof e.high === "number") return [{ text: `${number(e.low)} ${say("to")} ` }, ...quantity(e.high, e)];
  return e.domain ? [{ text: e.domain, program: true }] : [];
}

/**
 * What a value is: "120 km/h, the slowest".
 * @param {Entry} e
 * @param {Value} v
 * @returns {Part[]}
 */
export function valueParts(e, v) {
  const out = typeof v.value === "number" ? quantity(v.value, e) : [];
  /** @type {Part | null} */
  let word = v.end ? { text: v.end, piece: true } : null;
  const extreme = v.which === "typical" && v.word === "typical" ? "" : extremeWord(v.word ?? "");
  if (!word && extreme) word = { text: typeof v.value === "number" || v.which === "typical" || !e.live ? extreme : say(e.live === "rank" ? "ofLate" : "soFar", { what: extreme }) };
  if (word) out.push({ text: out.length > 0 ? ", " : "" }, word);
  // A station that does not tell it in parts.
  return out.length > 0 ? out : [{ text: v.say.replace(`${readable(e.name)}: `, ""), program: true }];
}

/** How many things that a signal moves are told, and how many names of each. */
const TOLD = 4;

/**
 * What more of a value is: a line for each thing that it moves.
 * @param {Entry} e
 * @returns {Part[][]}
 */
export function directions(e) {
  /** @type {Part[][]} */
  const out = [];
  const seen = new Set();
  const effects = e.effects ?? (e.polarity ? [{ what: e.carrier ?? "", polarity: e.polarity, of: [] }] : []);
  for (const { what, polarity, of } of effects) {
    const words = polarityWord(what, polarity);
    if (!words || seen.has(words) || out.length === TOLD) continue;
    seen.add(words);
    const names = (of ?? []).slice(0, 3).map(readable).join(", ") + ((of ?? []).length > 3 ? " …" : "");
    const arrow = polarity === "down" ? "↘ " : polarity === "up" ? "↗ " : "↔ ";
    out.push([{ text: arrow + words }, ...(names ? [{ text: " (" }, { text: names, piece: true }, { text: ")" }] : [])]);
  }
  return out;
}

/**
 * @param {string} tag
 * @param {{[name: string]: unknown}} [with_]
 * @param {...(Node | string)} inside
 * @returns {any}
 */
function make(tag, with_ = {}, ...inside) {
  const e = Object.assign(document.createElement(tag), with_);
  e.append(...inside.filter((x) => x !== ""));
  return e;
}
