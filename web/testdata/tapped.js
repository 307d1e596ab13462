// Collects what leaves the player, and what the player says of it.
(() => {
  const { sound } = proscenium;
  const t = (globalThis.tapped = { runs: [], reports: [], failed: "" });
  const add = (at, samples) => t.runs.push({ at, samples });
  (sound.node?.port ?? sound.worker).addEventListener("message", ({ data }) => {
    // What the report counts: in the worklet its block is already made.
    if (data.type === "report") t.reports.push({ ...data, at: sound.node ? data.at + 128 : data.at });
  });
  sound.addEventListener("block", ({ detail }) => {
    const b = detail.source.buffer;
    const [l, r] = [b.getChannelData(0), b.getChannelData(1)];
    add(detail.at, Int32Array.from({ length: 2 * b.length }, (_, i) => (i % 2 ? r : l)[i >> 1] * 8388608));
  });
  if (sound.node) {
    sound.context.audioWorklet.addModule("/test/tap.js").then(() => {
      const node = new AudioWorkletNode(sound.context, "tap", { outputChannelCount: [1] });
      node.port.onmessage = ({ data }) => add(data.at, data.samples);
      sound.node.connect(node).connect(sound.context.destination);
    }, (e) => (t.failed = String(e)));
  }

  // The samples of a span of the output, or null if they are not all here.
  const span = (from, to) => {
    const out = new Int32Array(2 * (to - from));
    let have = 0;
    for (const r of t.runs) {
      const a = Math.max(from, r.at), b = Math.min(to, r.at + r.samples.length / 2);
      if (a >= b) continue;
      out.set(r.samples.subarray(2 * (a - r.at), 2 * (b - r.at)), 2 * (a - from));
      have += b - a;
    }
    return have === to - from ? out : null;
  };

  // Every stretch between two reports in which nothing was left out or waited for:
  // from which frame of the station, how many, and a sum of the samples.
  t.stretches = () => {
    const out = [];
    for (let i = 2; i < t.reports.length; i++) {
      const [z, a, b] = t.reports.slice(i - 2, i + 1);
      const same = (k) => z[k] === a[k] && a[k] === b[k];
      if (!z.sounding || !a.sounding || !b.sounding || !same("dry") || !same("jumps") || a.pos - a.at !== b.pos - b.at) continue;
      const s = span(a.at, b.at);
      if (!s) continue;
      let sum = 0x811c9dc5, loud = 0;
      for (const x of s) {
        sum = Math.imul(sum ^ x, 0x01000193);
        if (x !== 0) loud++;
      }
      out.push({ frame: a.pos, frames: b.at - a.at, sum: sum >>> 0, loud });
    }
    return out;
  };

  // How many of the last samples were zeros.
  t.silence = () => {
    let n = 0;
    for (let i = t.runs.length - 1; i >= 0; i--) {
      const s = t.runs[i].samples;
      for (let k = s.length - 1; k >= 0; k--, n++) if (s[k] !== 0) return n;
    }
    return n;
  };
})();
