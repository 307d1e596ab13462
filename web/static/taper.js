// The Worker in which a Tape runs: it hears the line, and makes files for the page.

import { Chip } from "./chip.js";
import { Tape } from "./tape.js";

/** @type {ArrayBuffer | null} */
let code = null;
const tape = new Tape(() => code && new Chip(code));

const post = /** @type {(m: unknown) => void} */ (self.postMessage.bind(self));

/** @param {MessageEvent} e from the line */
function hear(e) {
  try {
    tape.take(e.data);
  } catch (error) {
    console.warn("proscenium:", error);
    tape.clear(); // it begins again with the next hello
  }
}

/** @param {string} url of chip.wasm */
async function load(url) {
  if (typeof WebAssembly === "undefined") return;
  const answer = await fetch(url);
  if (answer.ok) code = await answer.arrayBuffer();
}

/** @param {MessageEvent} e */
self.onmessage = async (e) => {
  const m = e.data;
  try {
    if (m.type === "line") {
      m.port.onmessage = hear;
      // It is wanted when the tape is full. Who asks for sound before that tries again.
      load(m.code).catch(() => {});
      return;
    }
    if (m.type === "wav" && !code) await load(m.code);
    const { from, to } = tape.within(m.from, m.to);
    if (to <= from) throw new Error("there is nothing on the tape yet");
    const [parts, type] = m.type === "wav" ? [tape.wav(from, to), "audio/wav"] : [[tape.midi(from, to)], "audio/midi"];
    post({ id: m.id, file: new Blob(parts, { type }), from, to });
  } catch (error) {
    post({ id: m.id, error: String(error) });
  }
};
