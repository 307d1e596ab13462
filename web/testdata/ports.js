(() => {
  // Two MIDI ports that are not there: they write down what they are sent.
  const sent = [];
  const outputs = new Map();
  const access = { outputs, inputs: new Map(), sysexEnabled: false, onstatechange: null };
  for (const id of ["one", "two"]) {
    const port = {
      id, name: `Port ${id}`, type: "output", state: "connected", connection: "open",
      send(bytes, at) {
        if (port.state !== "connected") throw new DOMException("it is unplugged", "InvalidStateError");
        for (const b of bytes) if (!Number.isInteger(b) || b < 0 || b > 255) throw new TypeError(`no byte: ${b}`);
        if (bytes.length > 1 && bytes.slice(1).some((b) => b > 127)) throw new TypeError(`no data: ${bytes}`);
        const now = performance.now();
        const m = { port: id, at: Math.max(at ?? now, now), sent: now, bytes: [...bytes] };
        sent.push(m);
        if ((bytes[0] & 0xf0) === 0x90) errors.push([m, null]);
      },
    };
    outputs.set(id, port);
  }
  // By how much, in ms, a note's time is from when the page's own clock hears it.
  const errors = [];
  const heard = () => {
    const { sound, score } = proscenium;
    const now = performance.now(), base = now - (sound.frame - 255) / 48;
    return errors.map(([m]) => {
      const near = score.notes.filter((n) => Math.round(n.pitch) === m.bytes[1] || (m.bytes[0] & 15) === 9).map((n) => Math.abs(base + n.frame / 48 - m.at));
      return Math.min(...near);
    });
  };
  globalThis.ports = {
    sent,
    errors: heard,
    plug(id, on) {
      const port = outputs.get(id);
      // What waited in a port that is gone is gone, and an instrument that is plugged in is silent.
      if (!on) for (let i = sent.length - 1; i >= 0; i--) if (sent[i].port === id && sent[i].at > performance.now()) sent.splice(i, 1);
      port.state = on ? "connected" : "disconnected";
      if (!on) {
        const now = performance.now();
        for (let ch = 0; ch < 16; ch++) for (let key = 0; key < 128; key++) sent.push({ port: id, at: now, sent: now, bytes: [0x80 | ch, key, 0] });
      }
      access.onstatechange?.({ port });
    },
  };
  Object.defineProperty(navigator, "requestMIDIAccess", { configurable: true, value: async () => access });
})()
