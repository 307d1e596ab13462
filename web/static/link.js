// The line to the station, in a Worker, so that a busy or hidden page drops no
// note. (Firefox carries a Worker's WebSocket by the page all the same: there a page that
// is busy for longer than is known beforehand is heard.) It reads the messages, keeps the
// clock, and gives the commands to the player and everything to the page.

import { refusal } from "./refusal.js";
import { PROTOCOL, read } from "./wire.js";

/** @typedef {import("./wire.js").Message} Message */
/** @typedef {import("./wire.js").Piece} Piece */

const post = /** @type {(m: unknown) => void} */ (self.postMessage.bind(self));

// A line on which nothing comes for so long is dead, whatever the browser says: we ask
// for the time more often. One that does not open in that time will not.
const SILENT_MS = 8000;
const OPEN_MS = 5000;
const CLOCK_MS = 3000;
// A clock that missed so much has slept.
const SLEPT_MS = 10000;
// Waits before the next try: full jitter, so that a thousand listeners do not come
// back at once, up to the last.
const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 30000;
const LEAST_WAIT_MS = 100;
// How often the page's own clock strikes, if it wants that: its timers sleep when it is hidden.
const PULSE_MS = 50;
const FIRST_CLOCKS = 6;
// So long after a hello messages come in a heap that were missed.
const SETTLED_MS = 500;

let url = "";
/** @type {WebSocket | null} */
let socket = null;
/** @type {MessagePort | null | undefined} where the player is; null: there is none, undefined: not yet */
let player;
/** @type {MessagePort | null} who keeps what was heard */
let tape = null;
/** @type {number | undefined} */
let pulse;
let failures = 0;
let opened = false; // the line that is there, or was there last
let run = "";
let seq = 0; // of the next score message; 0: none is known
let heard = 0; // when something came last
let cushion = 0;
let zero = NaN;
let end = NaN; // everything before this frame is known
let greeted = 0; // when hello came last
/** @type {{sent: number, token: number}[]} */
let asked = [];
/** @type {{trip: number, offset: number}[]} */
let answers = [];
let clocks = 0;
/** @type {number | undefined} */
let again;
let over = false;
let away = false; // it has said goodbye, and is looked for again
/** @type {ArrayBuffer[]} since the keyframe, for a player that comes later */
let since = [];

/** Microseconds since 1970 by this machine's clock. */
const now = () => (performance.timeOrigin + performance.now()) * 1000;

function connect() {
  clearTimeout(again);
  if (over || socket) return;
  const from = run !== "" && seq > 0 ? `?run=${encodeURIComponent(run)}&seq=${seq}` : "";
  const ws = new WebSocket(url + from);
  ws.binaryType = "arraybuffer";
  socket = ws;
  opened = false;
  heard = performance.now();
  ws.onopen = () => {
    opened = true;
    clocks = 0;
    asked = [];
    ask();
  };
  ws.onmessage = (e) => {
    if (socket !== ws || !(e.data instanceof ArrayBuffer)) return;
    heard = performance.now();
    try {
      const m = read(new Uint8Array(e.data));
      if (m) take(m, e.data);
    } catch (error) {
      post({ type: "wrong", why: String(error) });
      seq = 0; // whatever it was, begin anew
      drop();
    }
  };
  ws.onclose = ws.onerror = () => {
    if (socket === ws) drop();
  };
}

/** Leaves the line, and tries again after a while. */
function drop(wait = -1) {
  const ws = socket;
  socket = null;
  if (ws) {
    ws.onopen = ws.onmessage = ws.onclose = ws.onerror = null;
    ws.close();
  }
  if (over) return;
  if (!away) post({ type: "line", state: "lost" });
  if (ws && !opened && !away) why();
  const most = Math.min(FIRST_WAIT_MS * 2 ** failures, MOST_WAIT_MS);
  failures++;
  again = setTimeout(connect, wait >= 0 ? wait : LEAST_WAIT_MS + Math.random() * most);
}

/** Tells why a line did not open, if the station says. */
async function why() {
  const said = await refusal(url.replace(/^ws/, "http"));
  if (said && !opened) post({ type: "line", state: said });
}

/**
 * @param {Message} m
 * @param {ArrayBuffer} bytes
 */
function take(m, bytes) {
  if (m.kind !== "clock" && m.kind !== "goodbye" && !(m.kind === "score" && seq > 0 && m.seq !== seq)) tape?.postMessage(bytes);
  switch (m.kind) {
    case "hello": {
      const h = m.hello;
      if (h.protocol > PROTOCOL) {
        over = true;
        drop();
        return post({ type: "newer" });
      }
      if (h.run !== run) {
        run = h.run;
        seq = 0;
      }
      away = false;
      greeted = performance.now();
      cushion = h.cushion_ms;
      zero = h.zero_us;
      if (answers.length === 0) offsetIs({ trip: Infinity, offset: h.now_us - now() });
      post({ type: "hello", hello: h });
      break;
    }
    case "piece":
      post({ type: "piece", piece: m.piece });
      break;
    case "keyframe":
      seq = m.seq;
      end = NaN; // the message that follows may have begun to sound
      failures = 0;
      since = [];
      toPlayer({ type: "keyframe", frame: m.frame, snapshot: m.snapshot }, bytes);
      post({ type: "keyframe", frame: m.frame, marks: m.marks });
      break;
    case "score": {
      if (seq > 0 && m.seq !== seq) {
        if (m.seq < seq) return; // it is here already
        return drop(0); // some are missing: they are asked for
      }
      seq = m.seq + 1;
      failures = 0;
      const until = m.begin + m.frames;
      // What comes with a hello was missed, and is no sign of a slow line.
      const slack = Number.isNaN(end) || performance.now() - greeted < SETTLED_MS ? NaN : (zero - now() - offset) / 1000 + end / 48 + cushion;
      end = until;
      toPlayer({ type: "score", commands: m.commands, until }, bytes);
      post({ type: "score", begin: m.begin, until, notes: m.notes, controls: m.controls, marks: m.marks, slack });
      break;
    }
    case "clock": {
      const q = asked.find((a) => a.token === m.token);
      zero = m.zero;
      if (q) {
        const t = now();
        offsetIs({ trip: t - q.sent, offset: m.now - (q.sent + t) / 2 });
      }
      break;
    }
    case "goodbye":
      away = Boolean(m.goodbye.again_s);
      post({ type: "goodbye", reason: m.goodbye.reason, again: away });
      if (!away) over = true;
      drop((m.goodbye.again_s ?? 0) * 1000 * (1 + Math.random()));
  }
}

let offset = 0;

/**
 * The quickest of the last answers knows best how far the station's clock is from ours.
 * @param {{trip: number, offset: number}} a
 */
function offsetIs(a) {
  answers.push(a);
  if (answers.length > 12) answers.shift();
  const best = answers.reduce((x, y) => (y.trip < x.trip ? y : x));
  offset = best.offset;
  post({ type: "clock", zero, offset, trip: best.trip });
}

/** Asks for the station's time: the token comes back. */
function ask() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const token = Math.floor(Math.random() * 2 ** 31) + 1;
  asked.push({ sent: now(), token });
  if (asked.length > 4) asked.shift();
  socket.send(JSON.stringify({ type: "clock", token: String(token) }));
  if (++clocks < FIRST_CLOCKS) setTimeout(ask, 150);
}

/**
 * @param {import("./player.js").Order} order
 * @param {ArrayBuffer} bytes the message it lies in
 */
function toPlayer(order, bytes) {
  if (player !== undefined) return player?.postMessage(order);
  // One keyframe and a few minutes of score: a player that comes later begins with them.
  since.push(bytes);
  if (since.length > 2000) {
    seq = 0;
    drop(0);
  }
}

/** @param {MessageEvent} e */
self.onmessage = (e) => {
  const m = e.data;
  switch (m.type) {
    case "open":
      url = m.url;
      connect();
      break;
    case "player":
      // One that takes the place of another begins anew.
      if (player !== undefined && m.port) {
        seq = 0;
        drop(0);
      }
      player = m.port;
      for (const bytes of since) {
        const x = read(new Uint8Array(bytes));
        if (x?.kind === "keyframe") player?.postMessage({ type: "keyframe", frame: x.frame, snapshot: x.snapshot });
        if (x?.kind === "score") player?.postMessage({ type: "score", commands: x.commands, until: x.begin + x.frames });
      }
      since = [];
      break;
    case "tape":
      tape = m.port;
      break;
    case "pulse":
      clearInterval(pulse);
      if (m.on) pulse = setInterval(() => post({ type: "pulse" }), PULSE_MS);
      break;
    case "again": // somebody looks at the page again, or the network is back
      if (!socket) connect();
      else if (performance.now() - heard > SILENT_MS / 2) drop(0);
      break;
    case "keyframe": // the player needs a new beginning
      seq = 0;
      drop(0);
      break;
    case "cut": // for tests: as if the network had gone
      drop(m.wait ?? 0);
  }
};

let struck = Date.now();

setInterval(() => {
  const slept = Date.now() - struck > SLEPT_MS;
  struck = Date.now();
  ask();
  if (!socket) {
    if (slept) connect();
  } else if (slept) drop(0); // it may say that it is open, and is not
  else if (performance.now() - heard > (socket.readyState === WebSocket.CONNECTING ? OPEN_MS : SILENT_MS)) drop();
}, CLOCK_MS);
