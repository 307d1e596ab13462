// The chip: sonify/chip as WebAssembly. It runs in an AudioWorklet or in a Worker.

/** @typedef {{[name: string]: (...args: number[]) => number}} Exports */

/** What the module's runtime asks for when it begins; nothing of it is called later. */
function wasi(/** @type {() => WebAssembly.Memory} */ memory, /** @type {string[]} */ said) {
  const view = () => new DataView(memory().buffer);
  const none = () => 0;
  return {
    sched_yield: none,
    proc_exit(/** @type {number} */ code) {
      throw new Error(`the chip stopped (${code}): ${said.join("")}`);
    },
    args_get: none,
    args_sizes_get(/** @type {number} */ count, /** @type {number} */ size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return 0;
    },
    environ_get: none,
    environ_sizes_get(/** @type {number} */ count, /** @type {number} */ size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return 0;
    },
    clock_time_get(/** @type {number} */ _id, /** @type {bigint} */ _precision, /** @type {number} */ at) {
      view().setBigUint64(at, BigInt(Date.now()) * 1000000n, true);
      return 0;
    },
    // Only the seed of the runtime's maps, of which the chip has none.
    random_get(/** @type {number} */ at, /** @type {number} */ n) {
      new Uint8Array(memory().buffer, at, n).fill(7);
      return 0;
    },
    poll_oneoff: none,
    fd_write(/** @type {number} */ _fd, /** @type {number} */ list, /** @type {number} */ n, /** @type {number} */ written) {
      let total = 0;
      for (let i = 0; i < n; i++) {
        const at = view().getUint32(list + 8 * i, true);
        const size = view().getUint32(list + 8 * i + 4, true);
        said.push(String.fromCharCode(...new Uint8Array(memory().buffer, at, Math.min(size, 2000))));
        total += size;
      }
      view().setUint32(written, total, true);
      return 0;
    },
  };
}

/** How many throw-away renders bring the module's code to full speed. */
const WARM_UP = 400;

export class Chip {
  /** @param {ArrayBuffer} code chip.wasm */
  constructor(code) {
    /** @type {WebAssembly.Memory} */
    let memory;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code), {
      wasi_snapshot_preview1: wasi(() => memory, []),
    });
    memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.memory = memory;
    this.x = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
    this.x._initialize();
    this.inAt = this.x.in() >>> 0;
    this.inSize = this.x.in_size();
    this.outAt = this.x.out() >>> 0;
    this.outSize = this.x.out_size();
    /** @type {ArrayBuffer | null} */
    this.buffer = null;
    this.views();
    for (let i = 0; i < WARM_UP; i++) this.x.render(128);
    this.x.reset();
  }

  // The views are made once, and again only if the memory has grown.
  views() {
    if (this.buffer === this.memory.buffer) return;
    this.buffer = this.memory.buffer;
    this.in = new Uint8Array(this.buffer, this.inAt, this.inSize);
    this.left = new Float32Array(this.buffer, this.outAt, this.outSize);
    this.right = new Float32Array(this.buffer, this.outAt + 4 * this.outSize, this.outSize);
  }

  /**
   * Hands commands over. Throws if the chip refuses them.
   * @param {Uint8Array | number[]} p whole commands
   */
  push(p) {
    for (let at = 0; at < p.length; ) {
      const part = p.slice(at, at + this.inSize);
      this.views();
      /** @type {Uint8Array} */ (this.in).set(part);
      const n = this.x.push(part.length);
      if (n <= 0) throw new Error(n < 0 ? "the chip refuses a command" : "the chip's queue is full");
      at += n;
    }
  }

  /** @param {Uint8Array} snapshot */
  restore(snapshot) {
    if (snapshot.length > this.inSize) throw new Error("the keyframe is too long");
    this.views();
    /** @type {Uint8Array} */ (this.in).set(snapshot);
    if (this.x.restore(snapshot.length) !== 0) throw new Error("the chip refuses the keyframe");
  }

  /** All that the chip knows, to be restored later. */
  snapshot() {
    const n = this.x.snapshot();
    this.views();
    if (n <= 0) throw new Error("the snapshot is too long");
    return /** @type {Uint8Array} */ (this.in).slice(0, n);
  }

  /**
   * Makes n frames, at most outSize; they lie at the beginning of left and right.
   * @param {number} n
   */
  render(n) {
    this.x.render(n);
    this.views();
  }

  /** How many frames were made. */
  get pos() {
    return this.x.pos();
  }

  /** Commands before this frame come too late. */
  get horizon() {
    return this.x.horizon();
  }
}
