// Tells, for the tests, when a sound begins after silence: the moment at which its
// first sample leaves the player, by the clock of this machine.
class Onset extends AudioWorkletProcessor {
  constructor() {
    super();
    this.zeros = 0;
  }
  process([input], [output]) {
    for (const channel of output) channel.fill(0);
    const left = input[0] ?? [];
    for (let i = 0; i < left.length; i++) {
      if (left[i] === 0 && input[1][i] === 0) {
        this.zeros++;
        continue;
      }
      if (this.zeros > 2400) this.port.postMessage({ at: currentFrame + i, ms: Date.now() });
      this.zeros = 0;
    }
    return true;
  }
}
registerProcessor("onset", Onset);
