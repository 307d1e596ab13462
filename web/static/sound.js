// The way from the score to the ears: it chooses the best one that this page may
// take, and keeps it in time with the station.

import { Late } from "./late.js";
import { Radio } from "./radio.js";

/** @typedef {"exact" | "blocks" | "stream"} Way */
/** @typedef {{at: number, base: number, sounding: boolean, dry: number, jumps: number, pos: number}} Report */

const RATE = 48000;
const here = new URL(".", import.meta.url);

// In blocks, so far ahead: what a busy page may miss. It is heard so much later. A
// page that was busy for longer is given more, up to the last.
const AHEAD_MS = 400;
const MOST_AHEAD_MS = 3200;
// What a player has to know beyond the frame that it makes, two of what it makes at once
// and the chip's advance of 480 frames: in a worklet (128 frames at once) and in blocks
// (3000), with some room for a clock that is read now and then.
const BEYOND_MS = 20;
const BEYOND_BLOCKS_MS = 140;
// The part of a block of which the start is exact in a double, and the output's own step.
const PART = 375;
const QUANTUM = 128;
// What begins in the middle is faded in, in frames.
const FADE = 240;
// What has to be left of the time until a message is needed; where a station is in a
// hurry (a short cushion), a fifth of that. In blocks it is late anyway.
const SPARE_MS = 25;
const SPARE_BLOCKS_MS = 80;
// Firefox on PulseAudio stands still for good, page and sound, if it is asked for its
// latency (by outputLatency or getOutputTimestamp) in a bad moment: its output waits for
// the graph, the graph for the page, and the page for the output. It is never asked.
const SHY = /Firefox\//.test(navigator.userAgent) && /Linux/.test(navigator.userAgent) && !/Android/.test(navigator.userAgent);
// What is taken for its latency instead, in seconds: a usual one.
const USUAL = 0.04;
// An output whose time stands still for so long is dead, whatever it says.
const STILL_MS = 2500;
// A way that breaks so often in a minute is left for the next.
const BREAKS = 3;
// The output's time is read so often; at the beginning, until it is known, more often.
const AIM_MS = 250;
const FIRST_AIM_MS = 30;
// It is known when so many readings in a row are within so much of each other, in frames,
// and must be after so long.
const ALIKE = 4;
const NEAR = 480;
const KNOWN_MS = 800;
// So many readings are kept, and all but those in a row are forgotten if these say
// something else, by so much, in frames: the output was moved, or stood still.
const READINGS = 15;
const ELSEWHERE = 720;

export class Sound extends EventTarget {
  /**
   * @param {{code: URL, station: URL, way?: Way}} o where chip.wasm is, the address
   * under which the station's streams are, and the first way that is tried
   */
  constructor(o) {
    super();
    this.o = o;
    /** @type {Way} */
    this.way = "exact";
    /** @type {Way[]} those that are left to try, the best first */
    this.ways = ["exact", "blocks", "stream"];
    if (o.way) this.ways = this.ways.slice(this.ways.indexOf(o.way));
    /** @type {Promise<ArrayBuffer> | null} */
    this.code = null;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this.gain = null;
    /** @type {AudioWorkletNode | null} */
    this.node = null;
    /** @type {Worker | null} */
    this.worker = null;
    this.radio = new Radio(o.station, () => this.dispatchEvent(new Event("state")));
    /** @type {(port: MessagePort | null) => void} */
    this.connect = () => {};
    this.zero = NaN;
    this.offset = 0;
    this.late = new Late();
    this.slack = /** @type {{second: number, least: number}[]} */ ([]); // the least in each second
    this.ahead = AHEAD_MS;
    this.bases = /** @type {number[]} */ ([]);
    this.unknown = 0; // since when the output runs and its time is not known; 0: it is
    this.dry = 0;
    this.volume = 1;
    this.playing = false;
    this.breaks = /** @type {number[]} */ ([]); // when it broke
    this.stood = { time: -1, since: 0 };
    this.renewed = -Infinity; // when there was another output last
    this.latency = USUAL; // of the output, as it was last, in seconds
    this.latencies = /** @type {number[]} */ ([]); // as they were last, in milliseconds
    /** @type {Report | null} */
    this.report = null;
    /** @type {Map<string, {type: string, [key: string]: unknown}>} what the listener wishes, for a player that is made anew */
    this.wishes = new Map();
  }

  /**
   * Makes the player, all but the first sound: that needs a click.
   * @param {(port: MessagePort | null) => void} connect gives the line to the station its
   * end; null: nobody wants the score for the ears
   */
  async prepare(connect) {
    this.connect = connect;
    await this.make();
    setInterval(() => this.aim(), AIM_MS);
    for (const gesture of ["pointerdown", "keydown", "touchend"]) addEventListener(gesture, () => this.wake(), { capture: true, passive: true });
    addEventListener("pageshow", () => this.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.wake();
    });
  }

  /** Takes the best way that works. */
  async make() {
    for (; this.ways.length > 1; this.ways.shift()) {
      if (typeof AudioContext === "undefined" || typeof WebAssembly === "undefined") continue;
      const channel = new MessageChannel();
      try {
        const context = this.context ?? this.open();
        if (this.ways[0] === "blocks") await this.inBlocks(channel.port2);
        // What a page may use shows on the context: some browsers have the class anyway.
        else if (context.audioWorklet && context.sampleRate === RATE) await this.inWorklet(context, channel.port2);
        else continue;
        this.way = this.ways[0];
        for (const wish of this.wishes.values()) this.order(wish);
        return this.connect(channel.port1);
      } catch (error) {
        console.warn("proscenium:", error);
        this.unmake();
      }
    }
    this.way = "stream";
    this.connect(null);
  }

  /** Makes the output. */
  open() {
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "balanced" });
    this.context = context;
    this.gain = new GainNode(context, { gain: this.volume * this.volume });
    this.gain.connect(context.destination);
    context.onstatechange = () => {
      if (this.context !== context) return;
      this.dispatchEvent(new Event("state"));
      // A call, or another program, took the output ("interrupted" on iOS).
      if (this.playing && context.state !== "running") this.wake();
    };
    return context;
  }

  /** Lets go of the player, but not of the output. */
  unmake() {
    this.node?.port.postMessage({ type: "end" });
    this.node?.disconnect();
    this.worker?.terminate();
    this.node = this.worker = null;
    this.report = null;
    this.dry = 0;
    this.bases = [];
  }

  /** The chip's module, fetched once; what could not be fetched is asked for again. */
  fetched() {
    this.code ??= (async () => {
      const answer = await fetch(this.o.code);
      if (!answer.ok) throw new Error(`the synth cannot be had (${answer.status})`);
      return answer.arrayBuffer();
    })();
    this.code.catch(() => (this.code = null));
    return this.code;
  }

  /**
   * @param {AudioContext} context
   * @param {MessagePort} port
   */
  async inWorklet(context, port) {
    const [code] = await Promise.all([this.fetched(), context.audioWorklet.addModule(new URL("worklet.js", here))]);
    const node = new AudioWorkletNode(context, "proscenium-station", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { code },
    });
    this.node = node;
    node.onprocessorerror = () => this.broke(node, "the processor failed");
    await this.ready(node, node.port, () => node.port.start());
    node.port.postMessage({ type: "port", port }, [port]);
    node.connect(/** @type {GainNode} */ (this.gain));
  }

  /** @param {MessagePort} port */
  async inBlocks(port) {
    const code = await this.fetched();
    const worker = new Worker(new URL("blocks.js", here), { type: "module" });
    this.worker = worker;
    const ready = this.ready(worker, worker, () => {});
    worker.postMessage({ type: "code", code });
    await ready;
    worker.postMessage({ type: "port", port }, [port]);
  }

  /**
   * Listens to a player, and waits until it can begin.
   * @param {AudioWorkletNode | Worker} who
   * @param {MessagePort | Worker} from
   * @param {() => void} start
   * @returns {Promise<void>}
   */
  ready(who, from, start) {
    return new Promise((resolve, reject) => {
      let begun = false;
      const late = setTimeout(() => reject(new Error("the player does not begin")), 10000);
      from.addEventListener("message", (/** @type {any} */ e) => {
        const m = e.data;
        if (who !== this.node && who !== this.worker) return; // it was left
        if (m.type === "ready") {
          clearTimeout(late);
          begun = true;
          resolve();
        } else if (m.type === "broken") {
          if (begun) this.broke(who, m.why);
          else reject(new Error(m.why));
        } else if (m.type === "block") this.schedule(m);
        else if (m.type === "report") this.heed(m);
      });
      from.addEventListener("error", () => reject(new Error("the player cannot be read")));
      start();
    });
  }

  /**
   * A player that has thrown may play anything: another takes its place.
   * @param {AudioWorkletNode | Worker} who
   * @param {string} why
   */
  async broke(who, why) {
    if (who !== this.node && who !== this.worker) return;
    console.warn("proscenium:", why);
    this.unmake();
    const now = performance.now();
    this.breaks = this.breaks.filter((t) => now - t < 60000);
    if (this.breaks.push(now) >= BREAKS) {
      this.breaks = [];
      this.ways.shift();
    }
    await this.make();
    if (this.playing && this.way === "stream") await this.playStream();
    this.dispatchEvent(new Event("state"));
  }

  /** @param {{at: number, left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>}} m */
  schedule(m) {
    const context = /** @type {AudioContext} */ (this.context);
    if (!this.playing || context.state !== "running") return;
    // The page was busy for longer than it was ahead. What is past is left out: the rest
    // is heard in its place.
    const past = Math.ceil((context.currentTime * RATE + QUANTUM - m.at) / PART) * PART;
    if (past > 0) {
      if (this.report?.sounding && this.ahead < MOST_AHEAD_MS) {
        this.ahead = Math.min(2 * this.ahead, MOST_AHEAD_MS);
        this.bases = [];
      }
      for (const side of [m.left, m.right]) {
        side.fill(0, 0, past);
        for (let i = 0; i < FADE && past + i < side.length; i++) side[past + i] *= i / FADE;
      }
      if (past >= m.left.length) return;
    }
    const buffer = new AudioBuffer({ numberOfChannels: 2, length: m.left.length, sampleRate: RATE });
    buffer.copyToChannel(m.left, 0);
    buffer.copyToChannel(m.right, 1);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(/** @type {GainNode} */ (this.gain));
    if (past > 0) source.start((m.at + past) / RATE, past / RATE);
    else source.start(m.at / RATE);
    this.dispatchEvent(new CustomEvent("block", { detail: { source, at: m.at } }));
  }

  /** @param {Report} r */
  heed(r) {
    const was = this.late.extra;
    if (r.dry > this.dry && this.playing && this.late.dry(performance.now())) this.shift(was);
    this.dry = r.dry;
    this.report = r;
  }

  /**
   * The station's clock, from the line.
   * @param {{zero: number, offset: number}} c
   */
  clock(c) {
    if (this.zero !== c.zero) this.bases = [];
    this.zero = c.zero;
    this.offset = c.offset;
  }

  /**
   * How much time there was, in milliseconds, when a message came.
   * @param {number} slack
   */
  margin(slack) {
    if (Number.isNaN(slack)) return;
    const second = Math.floor(performance.now() / 1000);
    const last = this.slack.at(-1);
    if (last?.second === second) last.least = Math.min(last.least, slack);
    else this.slack.push({ second, least: slack });
    if (this.slack.length > 12) this.slack.shift();
  }

  /**
   * The time that there usually is, in milliseconds. What came late because the page or
   * the line stood still for a moment, once, moves nobody: of the least in each of the last
   * seconds it is the third.
   */
  get usual() {
    // As long as nobody knows it is what the station promises.
    if (this.slack.length === 0) return this.cushion;
    const sorted = this.slack.map((s) => s.least).sort((x, y) => x - y);
    return sorted[Math.min(2, sorted.length - 1)];
  }

  /** How long after its time a frame is heard, in milliseconds. */
  get delay() {
    return this.cushion + this.late.extra;
  }

  /** How long after its time everybody hears a frame who is not late, in milliseconds. */
  get cushion() {
    return this.late.cushion;
  }

  /**
   * The station's frame that everybody hears at a time of performance.now() who is not late.
   * @param {number} ms
   */
  frameAt(ms) {
    const us = (performance.timeOrigin + ms) * 1000 + this.offset;
    return ((us - this.zero) / 1e6) * RATE;
  }

  /**
   * The station's frame that is heard now; without sound that which others hear.
   */
  get frame() {
    const now = this.frameAt(performance.now());
    if (this.way === "stream") {
      const heard = this.radio.frame((ms) => this.frameAt(ms));
      return Number.isNaN(heard) ? now - (this.cushion / 1000) * RATE : heard;
    }
    return now - (this.delay / 1000) * RATE;
  }

  /** How long before it leaves the player a frame has to be known, in milliseconds. */
  get made() {
    return this.way === "blocks" ? this.ahead + BEYOND_BLOCKS_MS + SPARE_BLOCKS_MS : BEYOND_MS + Math.min(SPARE_MS, this.cushion / 5);
  }

  /**
   * Takes it into account that the listener plays at another time than before.
   * @param {number} was how much later than everybody, in milliseconds
   */
  shift(was) {
    this.bases = this.bases.map((b) => b - ((this.late.extra - was) / 1000) * RATE);
  }

  /** The output's time: which frame of it is heard when. */
  heard() {
    const context = /** @type {AudioContext} */ (this.context);
    if (SHY) return { frame: (context.currentTime - this.latency) * RATE };
    this.latency = context.outputLatency || context.baseLatency || 0;
    const t = context.getOutputTimestamp?.();
    const now = performance.now();
    if (t && t.performanceTime && t.contextTime && Math.abs(now - t.performanceTime) < 1000) {
      return { frame: t.contextTime * RATE + ((now - t.performanceTime) / 1000) * RATE };
    }
    return { frame: (context.currentTime - this.latency) * RATE };
  }

  /** Tells the player which frame of the station belongs to which of the output. */
  aim() {
    const context = this.context;
    if (!this.playing || this.way === "stream" || !context || context.state !== "running" || Number.isNaN(this.zero)) return;
    if (this.stands(context)) return;
    const heard = this.heard().frame;
    // It goes up and down by what the output takes at once: the most counts.
    this.latencies.push(this.latency * 1000);
    if (this.latencies.length > READINGS) this.latencies.shift();
    const need = this.made + Math.max(...this.latencies) - this.usual;
    const was = this.late.extra;
    if (this.late.takes(need, performance.now())) this.shift(was);
    if (this.way === "blocks") {
      const frame = context.currentTime * RATE;
      this.worker?.postMessage({ type: "clock", frame, at: performance.timeOrigin + performance.now(), ahead: (this.ahead / 1000) * RATE });
    }
    this.bases.push(this.frame - heard);
    if (this.bases.length > READINGS) this.bases.shift();
    const last = this.bases.slice(-ALIKE);
    const alike = last.length === ALIKE && Math.max(...last) - Math.min(...last) <= NEAR;
    if (this.unknown > 0) {
      if (!alike && performance.now() - this.unknown < KNOWN_MS) return;
      this.unknown = 0;
      this.bases = last;
    } else if (alike && Math.abs(median(last) - median(this.bases)) > ELSEWHERE) this.bases = last;
    this.order({ type: "aim", base: Math.round(median(this.bases)) });
  }

  /**
   * Whether the output says that it runs and does not: so it is on iOS after some
   * calls. Nothing but another one helps.
   * @param {AudioContext} context
   */
  stands(context) {
    const now = performance.now();
    if (context.currentTime !== this.stood.time) this.stood = { time: context.currentTime, since: now };
    if (now - this.stood.since < STILL_MS) return false;
    this.renew();
    return true;
  }

  /** Lets the output sound again that the system took away. A gesture helps where it may not by itself. */
  async wake() {
    const context = this.context;
    if (!this.playing || this.way === "stream" || !context || context.state === "running") return;
    const was = /** @type {string} */ (context.state);
    await Promise.race([context.resume().catch(() => {}), new Promise((r) => setTimeout(r, 1500))]);
    const is = /** @type {string} */ (context.state);
    if (this.playing && this.context === context && is !== "running" && (was === "interrupted" || is === "closed")) await this.renew();
    this.dispatchEvent(new Event("state"));
  }

  /** Makes another output in the place of one that is dead, at most every five seconds. */
  async renew() {
    const now = performance.now();
    if (now - this.renewed < 5000) return;
    this.renewed = now;
    const old = this.context;
    this.unmake();
    this.context = null;
    this.bases = [];
    this.latencies = [];
    this.unknown = now;
    this.stood = { time: -1, since: now };
    old?.close().catch(() => {});
    await this.make();
    const next = /** @type {AudioContext | null} */ (this.context);
    if (this.playing) await Promise.race([next?.resume().catch(() => {}), new Promise((r) => setTimeout(r, 1500))]);
    this.dispatchEvent(new Event("state"));
  }

  /** @param {{type: string, [key: string]: unknown}} m */
  order(m) {
    (this.node?.port ?? this.worker)?.postMessage(m);
  }

  /** @param {{type: string, [key: string]: unknown}} m that also holds for a player that comes after this one */
  wish(m) {
    this.wishes.set(m.type, m);
    this.order(m);
  }

  /**
   * @param {number[]} slots of the voices that are silent
   * @param {number[]} aside of those that the station has silent: they are heard if they are not among the first
   * @param {boolean} all whether that is everything: all that a stream can do
   */
  mute(slots, aside, all) {
    this.wish({ type: "mute", slots, aside });
    this.radio.mute(all);
  }

  /**
   * @param {number} shift
   * @param {number[]} slots
   */
  pitch(shift, slots) {
    this.wish({ type: "pitch", shift, slots });
  }

  /** @param {number} v 0 to 1 */
  setVolume(v) {
    this.volume = v;
    if (this.gain && this.context) this.gain.gain.setTargetAtTime(v * v, this.context.currentTime, 0.015);
    this.radio.setVolume(v * v);
  }

  /** Begins, in the handler of a click. */
  async play() {
    this.playing = true;
    this.stood = { time: -1, since: performance.now() };
    if (this.way === "stream" || !this.context) return this.playStream();
    await Promise.race([this.context.resume(), new Promise((r) => setTimeout(r, 3000))]);
    // The output's time needs a moment to be right. Who begins before it is has to be put
    // right, and that is heard.
    this.unknown = performance.now();
    const first = setInterval(() => {
      if (this.unknown > 0 && this.playing) this.aim();
      else clearInterval(first);
    }, FIRST_AIM_MS);
    this.dispatchEvent(new Event("state"));
    return this.context?.state === "running";
  }

  async playStream() {
    const ok = await this.radio.play();
    this.dispatchEvent(new Event("state"));
    return ok;
  }

  /** The page is left: the line is gone, and the stream is let go of. */
  leave() {
    this.radio.stop();
  }

  /** Somebody is back, and the line is another one: what plays goes on. */
  back() {
    if (this.way === "stream") {
      this.connect(null);
      if (this.playing) this.playStream();
      return;
    }
    const player = this.node?.port ?? this.worker;
    if (!player) return; // it is being made, and connects then
    this.report = null; // it is of what sounded before
    const channel = new MessageChannel();
    player.postMessage({ type: "port", port: channel.port2 }, [channel.port2]);
    this.connect(channel.port1);
  }

  async pause() {
    this.playing = false;
    this.bases = [];
    this.order({ type: "stop" });
    this.radio.stop();
    await this.context?.suspend();
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {number[]} x not empty */
function median(x) {
  return [...x].sort((a, b) => a - b)[x.length >> 1];
}
