// The way from the score to the ears: it chooses the best one that this page may
// take, and keeps it in time with the station.

/** @typedef {"exact" | "blocks" | "stream"} Way */
/** @typedef {{base: number, sounding: boolean, dry: number, jumps: number, pos: number}} Report */

const RATE = 48000;
const here = new URL(".", import.meta.url);

// In blocks, so far ahead: what a busy page may miss. It is heard so much later.
const AHEAD_MS = 400;
// What has to be left of the time until a message is needed.
const SPARE_MS = 25;
// The listener is moved later in steps, so that two who need it are still together.
const STEP_MS = 60;

export class Sound extends EventTarget {
  /** @param {{code: ArrayBuffer, stream: string, blocks?: boolean}} o */
  constructor(o) {
    super();
    this.o = o;
    /** @type {Way} */
    this.way = "exact";
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this.gain = null;
    /** @type {AudioWorkletNode | null} */
    this.node = null;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {HTMLAudioElement | null} */
    this.element = null;
    this.zero = NaN;
    this.offset = 0;
    this.cushion = 120;
    this.slack = /** @type {number[]} */ ([]);
    this.extra = 0;
    this.bases = /** @type {number[]} */ ([]);
    this.dry = 0;
    this.volume = 1;
    this.playing = false;
    /** @type {Report | null} */
    this.report = null;
    /** @type {{[type: string]: unknown}} what the listener wishes, for a player that is made anew */
    this.wishes = {};
  }

  /**
   * Makes the player, all but the first sound: that needs a click.
   * @param {(port: MessagePort) => void} connect gives the line to the station its end
   */
  async prepare(connect) {
    const channel = new MessageChannel();
    if (typeof AudioContext === "undefined" || typeof WebAssembly === "undefined") {
      this.way = "stream";
      return;
    }
    const context = new AudioContext({ sampleRate: RATE, latencyHint: "balanced" });
    this.context = context;
    this.gain = new GainNode(context, { gain: this.volume });
    this.gain.connect(context.destination);
    context.onstatechange = () => this.dispatchEvent(new Event("state"));
    try {
      // What a page may use shows on the context: some browsers have the class anyway.
      if (!this.o.blocks && context.audioWorklet && context.sampleRate === RATE) await this.inWorklet(context, channel.port2);
      else await this.inBlocks(channel.port2);
    } catch (error) {
      console.warn("proscenium:", error);
      this.way = "stream";
      return;
    }
    connect(channel.port1);
    setInterval(() => this.aim(), 250);
  }

  /**
   * @param {AudioContext} context
   * @param {MessagePort} port
   */
  async inWorklet(context, port) {
    await context.audioWorklet.addModule(new URL("worklet.js", here));
    const node = new AudioWorkletNode(context, "proscenium-station", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { code: this.o.code },
    });
    await this.ready(node.port, () => node.port.start());
    node.port.postMessage({ type: "port", port }, [port]);
    node.connect(/** @type {GainNode} */ (this.gain));
    this.node = node;
    this.way = "exact";
  }

  /** @param {MessagePort} port */
  async inBlocks(port) {
    const worker = new Worker(new URL("blocks.js", here), { type: "module" });
    const ready = this.ready(worker, () => {});
    worker.postMessage({ type: "code", code: this.o.code });
    await ready;
    worker.postMessage({ type: "port", port }, [port]);
    this.worker = worker;
    this.way = "blocks";
  }

  /**
   * @param {MessagePort | Worker} from
   * @param {() => void} start
   * @returns {Promise<void>}
   */
  ready(from, start) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the player does not begin")), 10000);
      from.addEventListener("message", (/** @type {any} */ e) => {
        const m = e.data;
        if (m.type === "ready") {
          clearTimeout(late);
          resolve();
        } else if (m.type === "broken") {
          reject(new Error(m.why));
          this.dispatchEvent(new CustomEvent("broken", { detail: m.why }));
        } else if (m.type === "block") this.schedule(m);
        else if (m.type === "report") this.heed(m);
      });
      start();
    });
  }

  /** @param {{at: number, left: Float32Array<ArrayBuffer>, right: Float32Array<ArrayBuffer>}} m */
  schedule(m) {
    const context = /** @type {AudioContext} */ (this.context);
    if (!this.playing || context.state !== "running") return;
    const buffer = new AudioBuffer({ numberOfChannels: 2, length: m.left.length, sampleRate: RATE });
    buffer.copyToChannel(m.left, 0);
    buffer.copyToChannel(m.right, 1);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(/** @type {GainNode} */ (this.gain));
    source.start(m.at / RATE);
    this.dispatchEvent(new CustomEvent("block", { detail: { source, at: m.at } }));
  }

  /** @param {Report} r */
  heed(r) {
    if (r.dry > this.dry && this.playing) this.later(STEP_MS);
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
    this.slack.push(slack);
    if (this.slack.length > 24) this.slack.shift();
  }

  /** How long after its time a frame is heard, in milliseconds. */
  get delay() {
    return this.cushion + this.extra;
  }

  /**
   * The station's frame that is heard now; without sound that which others hear.
   */
  get frame() {
    const us = (performance.timeOrigin + performance.now()) * 1000 + this.offset;
    return ((us - this.zero) / 1e6) * RATE - (this.delay / 1000) * RATE;
  }

  /** Plays later: for whom messages come too late. */
  later(/** @type {number} */ ms) {
    this.extra = Math.min(this.extra + ms, 5000);
    this.bases = [];
  }

  /** The output's time: which frame of it is heard when. */
  heard() {
    const context = /** @type {AudioContext} */ (this.context);
    const t = context.getOutputTimestamp?.();
    const now = performance.now();
    if (t && t.performanceTime && t.contextTime && Math.abs(now - t.performanceTime) < 1000) {
      return { frame: t.contextTime * RATE + ((now - t.performanceTime) / 1000) * RATE };
    }
    return { frame: (context.currentTime - (context.outputLatency || context.baseLatency || 0)) * RATE };
  }

  /** Tells the player which frame of the station belongs to which of the output. */
  aim() {
    const context = this.context;
    if (!this.playing || !context || context.state !== "running" || Number.isNaN(this.zero)) return;
    const latency = (context.outputLatency || 0) * 1000 + (this.way === "blocks" ? AHEAD_MS + 100 : 20);
    const need = latency + SPARE_MS - Math.min(...this.slack, Infinity);
    if (Number.isFinite(need) && need > this.extra) this.later(Math.ceil((need - this.extra) / STEP_MS) * STEP_MS);
    const heard = this.heard().frame;
    if (this.way === "blocks") {
      const frame = context.currentTime * RATE;
      this.worker?.postMessage({ type: "clock", frame, at: performance.timeOrigin + performance.now(), ahead: (AHEAD_MS / 1000) * RATE });
    }
    this.bases.push(this.frame - heard);
    if (this.bases.length > 15) this.bases.shift();
    // The median: a single late reading moves nothing.
    const base = Math.round([...this.bases].sort((a, b) => a - b)[this.bases.length >> 1]);
    this.order({ type: "aim", base });
  }

  /** @param {{type: string, [key: string]: unknown}} m */
  order(m) {
    (this.node?.port ?? this.worker)?.postMessage(m);
  }

  /** @param {number[]} slots */
  mute(slots) {
    this.order({ type: "mute", slots });
  }

  /**
   * @param {number} shift
   * @param {number[]} slots
   */
  pitch(shift, slots) {
    this.order({ type: "pitch", shift, slots });
  }

  /** @param {number} v 0 to 1 */
  setVolume(v) {
    this.volume = v;
    if (this.gain && this.context) this.gain.gain.setTargetAtTime(v * v, this.context.currentTime, 0.015);
    if (this.element) this.element.volume = v * v;
  }

  /** Begins, in the handler of a click. */
  async play() {
    this.playing = true;
    if (this.way === "stream" || !this.context) return this.playStream();
    await Promise.race([this.context.resume(), new Promise((r) => setTimeout(r, 3000))]);
    // The output's time needs a moment to be right.
    for (let i = 0; i < 8; i++) setTimeout(() => this.aim(), 20 + 30 * i);
    this.dispatchEvent(new Event("state"));
    return this.context.state === "running";
  }

  async playStream() {
    const e = new Audio(this.o.stream);
    e.volume = this.volume * this.volume;
    this.element = e;
    try {
      await e.play();
      return true;
    } catch {
      return false;
    } finally {
      this.dispatchEvent(new Event("state"));
    }
  }

  async pause() {
    this.playing = false;
    this.bases = [];
    this.order({ type: "stop" });
    if (this.element) {
      this.element.removeAttribute("src");
      this.element.load();
      this.element = null;
    }
    await this.context?.suspend();
    this.dispatchEvent(new Event("state"));
  }
}
