// Plays one value of the legend on a chip of its own, as sound for the page.

import { Chip } from "./chip.js";
import { Deck } from "./deck.js";

const post = /** @type {(m: unknown, transfer?: Transferable[]) => void} */ (self.postMessage.bind(self));

/** How long may ring on what ends, in frames. */
const RINGS = 3 * 48000;
/** After so many frames without sound it is over. */
const QUIET = 4800;

/** @type {Chip | undefined} */
let chip;

/** @param {{setup: Uint8Array, commands: Uint8Array, frames: number}} m */
function play(m) {
  const c = /** @type {Chip} */ (chip);
  c.x.reset();
  c.push(m.setup);
  const deck = new Deck(c);
  deck.begun = true;
  deck.score(m.commands, 0);
  const most = m.frames + RINGS;
  const left = new Float32Array(most);
  const right = new Float32Array(most);
  let at = 0;
  let heard = 0;
  while (at < most && (at < m.frames || at - heard < QUIET)) {
    const n = Math.min(c.outSize, most - at);
    deck.render(n);
    left.set(/** @type {Float32Array} */ (c.left).subarray(0, n), at);
    right.set(/** @type {Float32Array} */ (c.right).subarray(0, n), at);
    for (let i = at; i < at + n; i++) if (left[i] !== 0 || right[i] !== 0) heard = i;
    at += n;
  }
  return { left: left.slice(0, at), right: right.slice(0, at) };
}

self.onmessage = (/** @type {MessageEvent} */ e) => {
  try {
    if (e.data.type === "code") chip = new Chip(e.data.code);
    else {
      const s = play(e.data);
      post({ type: "sound", id: e.data.id, ...s }, [s.left.buffer, s.right.buffer]);
    }
  } catch (error) {
    post({ type: "failed", id: e.data.id, why: String(error) });
  }
};
