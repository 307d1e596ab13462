((who) => {
  const { sound } = proscenium;
  const reports = [];
  const times = [];
  let clicked = NaN, sounded = NaN;
  const e = (globalThis.ear = { state: "opening", reports, times, silence: 0, heard: 0 });

  // One after the other, and again until it is there: the test cuts lines.
  let sending = Promise.resolve();
  const send = (at, samples) => {
    sending = sending.then(async () => {
      for (;;) {
        try {
          const r = await fetch(`/test/heard?who=${who}&at=${at}`, { method: "POST", body: samples });
          if (r.ok) return;
        } catch {
          await new Promise((r) => setTimeout(r, 50));
        }
      }
    });
  };
  e.sent = () => sending;
  // soon: in how many milliseconds they are played.
  const heard = (at, samples, soon = 0) => {
    for (const x of samples) {
      if (x === 0) e.silence += 0.5;
      else {
        e.silence = 0;
        if (Number.isNaN(sounded)) sounded = performance.now() + soon;
      }
    }
    if (!Number.isNaN(sounded)) e.heard += samples.length / 2;
    send(at, samples);
  };

  // When the click was, and how long after it something sounded.
  addEventListener("click", () => (clicked = performance.now()), { capture: true, once: true });
  addEventListener("keydown", () => (clicked = performance.now()), { capture: true, once: true });
  e.soundAfter = () => (Number.isNaN(sounded) || Number.isNaN(clicked) ? 0 : sounded - clicked);

  (sound.node?.port ?? sound.worker).addEventListener("message", ({ data }) => {
    if (data.type === "report") reports.push({ ...data, delay: sound.delay });
  });
  // Which frame of the output is heard when, by this machine's clock, in ms since 1970.
  setInterval(() => {
    if (sound.context.state === "running") times.push([sound.heard().frame, performance.timeOrigin + performance.now()]);
  }, 100);

  if (sound.node) {
    sound.context.audioWorklet.addModule("/test/tap.js").then(() => {
      const node = new AudioWorkletNode(sound.context, "tap", { outputChannelCount: [1] });
      node.port.onmessage = ({ data }) => heard(data.at, data.samples);
      sound.node.connect(node).connect(sound.context.destination);
      e.state = "open";
    }, (error) => (e.state = String(error)));
    return;
  }
  sound.addEventListener("block", ({ detail }) => {
    const b = detail.source.buffer;
    const [l, r] = [b.getChannelData(0), b.getChannelData(1)];
    heard(detail.at, Int32Array.from({ length: 2 * b.length }, (_, i) => (i % 2 ? r : l)[i >> 1] * 8388608), (detail.at / 48000 - sound.context.currentTime) * 1000);
  });
  e.state = "open";
})
