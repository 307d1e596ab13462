// The legend: what becomes what, in words, and how low, typical and high values
// sound. Who plays one hears the station softer meanwhile; it goes on in its time.

import { write } from "./pixels.js";
import { readable } from "./why.js";
import { say } from "./words.js";

/**
 * @typedef {{which?: string, say: string, commands: string, frames: number}} Value
 * @typedef {object} Entry
 * @property {string} kind
 * @property {string} name
 * @property {string} [doc]
 * @property {string} words
 * @property {string} [domain]
 * @property {string} [carrier]
 * @property {string} [polarity]
 * @property {string[]} voices
 * @property {Value[]} values
 * @typedef {{title: string, about?: string, idle?: string, setup: string, entries: Entry[]}} Told
 */

const RATE = 48000;
const here = new URL(".", import.meta.url);

/** The carriers that have words of their own for more and less. */
const carriers = /** @type {const} */ (["pitch", "velocity", "length", "pan", "hits", "tempo"]);
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
    dialog.addEventListener("close", () => this.stop());
    dialog.addEventListener("click", (e) => {
      if (e.target === dialog) dialog.close(); // beside it
    });
  }

  /** Another piece has another legend. @param {URL} base the station's address */
  begin(base) {
    this.base = base;
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
    try {
      const answer = await fetch(new URL("legend", this.base));
      if (!answer.ok) throw new Error(String(answer.status));
      this.told = await answer.json();
    } catch {
      this.told = null;
      this.stale = true;
    }
    this.show();
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
    if (!this.told) body.append(make("p", { textContent: say(this.stale ? "noLegend" : "connecting") }));
    else {
      body.append(make("p", { className: "legend-about", textContent: say("legendDoes") }));
      const carry = this.told.entries.filter((e) => e.values.some((v) => v.which));
      const rest = this.told.entries.filter((e) => !carry.includes(e) && e.values.length > 0);
      body.append(make("ul", { className: "entries" }, ...carry.map((e) => this.entry(e))));
      for (const [kind, word] of /** @type {const} */ ([["rule", "signs"], ["section", "sections"]])) {
        const some = rest.filter((e) => e.kind === kind);
        if (some.length === 0) continue;
        body.append(make("h3", { textContent: say(word) }), make("div", { className: "signs" }, ...some.map((e) => this.value(e, e.values[0]))));
      }
      if (this.told.idle) body.append(make("p", { className: "legend-about", textContent: this.told.idle }));
    }
    this.dialog.replaceChildren(head, state, body);
  }

  /** @param {Entry} e */
  entry(e) {
    const carrier = carrierOf(e);
    const domain = [e.domain?.replace(" to ", ` ${say("to")} `), carrier ? `→ ${say(carrier === "pitch" ? "tone" : carrier)}` : ""].filter(Boolean).join(" ");
    const voices = e.voices.slice(0, 4).map(readable).join(", ") + (e.voices.length > 4 ? " …" : "");
    const item = make("li", { className: "entry" },
      make("h3", { textContent: readable(e.name) }),
      e.doc ? make("p", { textContent: e.doc }) : "",
      make("p", { className: "domain", textContent: [domain, voices].filter(Boolean).join(" · ") }),
      e.polarity ? make("p", { className: "polarity", textContent: (e.polarity === "down" ? "↘ " : "↗ ") + polarity(e) }) : "",
      make("div", { className: "values" }, ...e.values.map((v) => this.value(e, v))),
      make("details", {}, make("summary", { textContent: say("exactly") }), make("p", { textContent: e.words })),
    );
    return item;
  }

  /**
   * A button that plays a value.
   * @param {Entry} e
   * @param {Value} v
   */
  value(e, v) {
    const which = whiches.find((w) => w === v.which);
    const text = v.say.slice(0, e.name.length) === readable(e.name) && v.say.includes(": ") ? v.say.slice(v.say.indexOf(": ") + 2) : v.say;
    const name = which ? say(which) : readable(e.name);
    const button = make("button", { type: "button", className: "value " + (which ?? "whole") + (e.polarity === "down" ? " falls" : "") },
      make("span", { className: "steps" }), make("span", { className: "unseen", textContent: say("hear", { what: which ? readable(e.name) + ", " : "" }) }),
      make("b", { textContent: name }), which ? make("span", { className: "of", textContent: " " + text }) : "");
    button.onclick = () => this.play(v, button);
    return button;
  }

  /**
   * Plays a value; the one that sounds is stopped.
   * @param {Value} v
   * @param {HTMLButtonElement} button
   */
  async play(v, button) {
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
      if (state) state.textContent = v.say;
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
 * What carries the value, if there is a word for it.
 * @param {Entry} e
 */
const carrierOf = (e) => carriers.find((k) => e.carrier === k || e.carrier?.endsWith("." + k));

/** @param {Entry} e */
function polarity(e) {
  const word = (carrierOf(e) ?? "other") + (e.polarity === "down" ? "Down" : "Up");
  return say("themore", { what: say(/** @type {import("./words.js").Word} */ (word)) });
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
