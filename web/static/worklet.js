// The player in an AudioWorklet: the way for everybody with a secure page.

import { Player } from "./player.js";

class Station extends AudioWorkletProcessor {
  /** @param {{processorOptions: {code: ArrayBuffer}}} options */
  constructor(options) {
    super();
    /** @type {Player | null} */
    this.player = null;
    this.broken = false;
    this.told = 0;
    this.port.onmessage = (e) => {
      if (e.data.type === "port") this.listen(e.data.port);
      else if (e.data.type === "end") this.broken = true; // another takes its place
      else this.guarded(() => this.player?.take(e.data));
    };
    this.guarded(() => {
      this.player = new Player(options.processorOptions.code);
      this.port.postMessage({ type: "ready" });
    });
  }

  /** @param {MessagePort} port where the score comes from */
  listen(port) {
    port.onmessage = (e) => this.guarded(() => this.player?.take(e.data));
  }

  // A module that has thrown may play anything: it is not asked again.
  guarded(/** @type {() => void} */ f) {
    if (this.broken) return;
    try {
      f();
    } catch (error) {
      this.broken = true;
      this.port.postMessage({ type: "broken", why: String(error) });
    }
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs
   */
  process(_inputs, outputs) {
    const [left, right] = outputs[0];
    this.guarded(() => this.player?.play(currentFrame, left, right));
    if (this.broken) {
      left.fill(0);
      right.fill(0);
      return false;
    }
    if (currentFrame - this.told >= sampleRate / 4) {
      this.told = currentFrame;
      this.port.postMessage({ type: "report", at: currentFrame, ...this.player?.report() });
    }
    return true;
  }
}

registerProcessor("proscenium-station", Station);
