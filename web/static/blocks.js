// The player in a Worker, for pages that may not use an AudioWorklet (plain http
// in a local network): it sends blocks of sound that the page plays end to end.

import { Player } from "./player.js";

/**
 * A block is a multiple of 375 frames, 1/128 s: every start time is then exact in
 * a double, and the browser interpolates nothing.
 */
const BLOCK = 3000;

/** @type {Player} */
let player;
/** Frame of the output at a time of performance.now(), and how far to be ahead. */
let clock = { frame: NaN, at: 0, ahead: 24000 };
let next = NaN; // frame of the output of the next block
let told = 0;

const post = /** @type {(m: unknown, transfer?: Transferable[]) => void} */ (self.postMessage.bind(self));

/** Makes what has to be made by now. */
function work() {
  if (!player || Number.isNaN(clock.frame)) return;
  const now = clock.frame + (performance.timeOrigin + performance.now() - clock.at) * 48;
  // After a standstill it goes on from now: what is past is not made.
  if (!(next > now)) next = Math.ceil((now + 2400) / BLOCK) * BLOCK;
  while (next < now + clock.ahead) {
    const left = new Float32Array(BLOCK);
    const right = new Float32Array(BLOCK);
    player.play(next, left, right);
    post({ type: "block", at: next, left, right }, [left.buffer, right.buffer]);
    next += BLOCK;
  }
  if (now - told >= 12000) {
    told = now;
    post({ type: "report", at: next, ...player.report() });
  }
}

/** @param {MessageEvent} e */
function take(e) {
  try {
    switch (e.data.type) {
      case "code":
        player = new Player(e.data.code);
        post({ type: "ready" });
        setInterval(guard(work), 20);
        break;
      case "port":
        e.data.port.onmessage = take;
        break;
      case "clock":
        clock = e.data;
        break;
      default:
        player?.take(e.data);
    }
  } catch (error) {
    fail(error);
  }
}

/** @param {() => void} f */
function guard(f) {
  return () => {
    try {
      f();
    } catch (error) {
      fail(error);
    }
  };
}

/** @param {unknown} error */
function fail(error) {
  post({ type: "broken", why: String(error) });
  self.close();
}

self.onmessage = take;
