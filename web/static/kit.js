// What is not needed to listen: what was just heard as a file, MIDI instruments, the
// screen that stays on, tick marks. It builds its own part of the page.

import { Awake } from "./awake.js";
import { MidiOut } from "./midiout.js";
import { say } from "./words.js";

/** @typedef {import("./words.js").Word} Word */

const RATE = 48000;
const here = new URL(".", import.meta.url);

/** How long the tape is, in minutes. */
const MINUTES = [1, 2, 5];

/** The voice that clicks in the data's time, if a piece has [ticks]. */
const TICKS = "ticks";

/**
 * @param {string} tag
 * @param {{[name: string]: unknown}} [with_]
 * @param {...(Node | string)} inside
 * @returns {any}
 */
function make(tag, with_ = {}, ...inside) {
  const e = Object.assign(document.createElement(tag), with_);
  e.append(...inside);
  return e;
}

export class Kit {
  /**
   * @param {HTMLDetailsElement} box
   * @param {{midi: MidiOut, voices: import("./voices.js").Voices, heard: () => number, station: () => string}} o
   * heard is the station's frame that is heard now
   */
  constructor(box, o) {
    this.o = o;
    this.awake = new Awake();
    /** @type {Worker | null} */
    this.taper = null;
    this.asked = 0;
    /** @type {Map<number, {done: (v: {file: Blob, from: number, to: number}) => void, fail: (e: Error) => void}>} */
    this.waits = new Map();
    /** @type {Word | ""} */
    this.says = "";

    this.box = box;
    this.name = make("summary");
    this.recall = make("span", { id: "recall-name" });
    this.minutes = make("select", { id: "recall-minutes" }, ...MINUTES.map((m) => make("option", { value: m })));
    this.wav = make("button", { type: "button", className: "small", id: "recall-wav", onclick: () => this.save("wav") });
    this.mid = make("button", { type: "button", className: "small", id: "recall-midi", onclick: () => this.save("midi") });
    this.minutes.value = MINUTES[1];

    this.midiName = make("label", { htmlFor: "midi-port" });
    this.port = make("select", { id: "midi-port", hidden: true, onchange: () => this.choose() });
    this.ask = make("button", { type: "button", className: "small", id: "midi-ask", onclick: () => this.ports() });

    this.awakeBox = make("input", { type: "checkbox", id: "awake", onchange: () => this.awake.want("listener", this.awakeBox.checked) });
    this.awakeName = make("label", { htmlFor: "awake" });
    this.ticksBox = make("input", { type: "checkbox", id: "ticks", onchange: () => this.setTicks(this.ticksBox.checked) });
    this.ticksName = make("label", { htmlFor: "ticks" });
    this.state = make("p", { className: "kit-state" });
    this.state.setAttribute("role", "status");

    const group = (/** @type {HTMLElement} */ name, /** @type {Node[]} */ ...inside) => {
      const g = make("div", { className: "kit-part" }, name, ...inside);
      if (name.id) {
        g.setAttribute("role", "group");
        g.setAttribute("aria-labelledby", name.id);
      }
      return g;
    };
    this.midiPart = group(this.midiName, this.ask, this.port);
    this.awakePart = group(this.awakeBox, this.awakeName);
    this.ticksPart = group(this.ticksBox, this.ticksName);
    /** What makes way where there is little room. */
    this.guests = make("div", { className: "kit-part" });
    box.append(this.name, make("div", { className: "kit-parts" }, this.guests, group(this.recall, this.minutes, this.wav, this.mid), this.midiPart, this.ticksPart, this.awakePart, this.state));
    o.midi.onports = () => this.list();
    const ticks = localStorage.getItem("ticks");
    if (ticks === "off") o.voices.muted.add(TICKS);
    if (ticks === "on") o.voices.wanted.add(TICKS);
    this.show();
  }

  /**
   * Takes parts of the page in where there is little room, and gives them back where there
   * is more.
   * @param {Element[]} parts
   * @param {MediaQueryList} small
   */
  host(parts, small) {
    const places = parts.map((p) => {
      const place = document.createComment("");
      p.before(place);
      return place;
    });
    const house = () => {
      this.guests.hidden = !small.matches;
      parts.forEach((p, i) => (small.matches ? this.guests.append(p) : places[i].after(p)));
    };
    small.addEventListener("change", house);
    house();
  }

  /** The worker that keeps what was heard, and the line's end to it. */
  tape() {
    const channel = new MessageChannel();
    if (!this.taper) { // it keeps what it has when the line is another one
      this.taper = new Worker(new URL("taper.js", here), { type: "module" });
      this.taper.onmessage = ({ data }) => {
        const w = this.waits.get(data.id);
        this.waits.delete(data.id);
        if (data.file) w?.done(data);
        else w?.fail(new Error(data.error));
      };
    }
    this.taper.postMessage({ type: "line", port: channel.port2, code: new URL("chip.wasm", here).href }, [channel.port2]);
    return channel.port1;
  }

  /**
   * The last so many seconds as a file.
   * @param {"wav" | "midi"} type
   * @param {number} seconds
   * @returns {Promise<{file: Blob, from: number, to: number}>} with the station's frames that it holds
   */
  heard(type, seconds) {
    const to = this.o.heard();
    const id = ++this.asked;
    return new Promise((done, fail) => {
      this.waits.set(id, { done, fail });
      this.taper?.postMessage({ type, id, from: to - seconds * RATE, to, code: new URL("chip.wasm", here).href });
    });
  }

  /** @param {"wav" | "midi"} type */
  async save(type) {
    this.tell("saving");
    try {
      const { file } = await this.heard(type, 60 * Number(this.minutes.value));
      const at = new Date();
      const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
      const when = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}.${two(at.getMinutes())}.${two(at.getSeconds())}`;
      const link = make("a", { href: URL.createObjectURL(file), download: `${this.o.station()} ${when}.${type === "wav" ? "wav" : "mid"}` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      this.tell("saved");
    } catch {
      this.tell("notSaved");
    }
  }

  /** @param {Word | ""} word */
  tell(word) {
    this.says = word;
    this.show();
  }

  async ports() {
    try {
      await this.o.midi.open();
      this.ask.hidden = true;
      this.port.hidden = false;
      this.list();
      this.tell(this.o.midi.ports().length ? "" : "midiNone");
      this.port.focus();
    } catch {
      this.tell("midiDenied");
    }
  }

  list() {
    const { midi } = this.o;
    const off = make("option", { value: "" }, say("midiOff"));
    this.port.replaceChildren(off, ...midi.ports().map((p) => make("option", { value: p.id }, p.name)));
    this.port.value = midi.port ? midi.chosen : "";
  }

  choose() {
    this.o.midi.choose(this.port.value);
    this.onmidi(this.port.value !== "");
  }

  /** Called when a port is chosen, or none. */
  onmidi(/** @type {boolean} */ _on) {}

  /** @param {boolean} on */
  setTicks(on) {
    localStorage.setItem("ticks", on ? "on" : "off");
    if (this.ticking !== on) this.o.voices.pressName(TICKS);
  }

  /** Whether this listener hears the piece's tick marks; undefined if it has none. */
  get ticking() {
    const v = this.o.voices.piece?.voices.find((x) => x.name === TICKS);
    return v && !this.o.voices.isMuted(v);
  }

  toggleTicks() {
    if (this.ticking !== undefined) this.setTicks(!this.ticking);
  }

  /** Opens it, or closes it, by keyboard. */
  toggle() {
    this.box.open = !this.box.open;
    this.name.focus();
  }

  /** Brings the words up to date. */
  show() {
    const text = (/** @type {HTMLElement} */ e, /** @type {string} */ t) => {
      if (e.textContent !== t) e.textContent = t;
    };
    text(this.name, say("more"));
    text(this.recall, say("recall"));
    this.minutes.setAttribute("aria-label", say("howLong"));
    [...this.minutes.options].forEach((o, i) => text(o, say("minutes", { n: MINUTES[i] })));
    text(this.wav, say("saveWav"));
    text(this.mid, say("saveMidi"));
    text(this.midiName, say("midi"));
    text(this.ask, say("midiAsk"));
    if (this.port.options[0]) text(this.port.options[0], say("midiOff"));
    text(this.awakeName, say("awake"));
    text(this.ticksName, say("ticks"));
    text(this.state, this.says ? say(this.says) : "");
    this.midiPart.hidden = !MidiOut.able;
    this.awakePart.hidden = !Awake.able;
    this.ticksPart.hidden = this.ticking === undefined;
    this.ticksBox.checked = this.ticking === true;
    this.wav.disabled = typeof WebAssembly === "undefined";
  }
}
