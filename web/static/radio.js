// The last way to the ears: an <audio> element on the station's stream, for browsers
// that have no WebAssembly (or whose owner switched it off) or no Web Audio.

const RATE = 48000;

// The stream begins with what sounded so many seconds ago.
const PAST = 2;
// A player that fell behind by more begins anew with what sounds now.
const BEHIND = 12;
// Whoever hears nothing for so long, in milliseconds, asks again.
const STUCK_MS = 8000;

export class Radio {
  /**
   * @param {URL} station the address under which its streams are
   * @param {() => void} onchange called when it begins or ends to sound
   */
  constructor(station, onchange) {
    this.station = station;
    this.onchange = onchange;
    /** @type {HTMLAudioElement | null} */
    this.element = null;
    this.volume = 1;
    this.muted = false;
    /** When the stream was asked for, in milliseconds of performance.now(). */
    this.asked = NaN;
    this.moved = 0; // when it last came on
    this.place = 0;
    /** The stream itself did not come: it was not the browser that kept it silent. */
    this.unanswered = false;
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  static get able() {
    return typeof Audio !== "undefined";
  }

  /** The stream that this browser plays with the fewest bytes. */
  address() {
    const opus = new Audio().canPlayType('audio/ogg; codecs="opus"') === "probably";
    // A browser gives what is left of a stream that it has had before.
    return new URL(`stream.${opus ? "opus" : "wav"}?t=${Date.now()}`, this.station).href;
  }

  /** Begins, in the handler of a click. */
  async play() {
    const e = this.element ?? new Audio();
    this.element = e;
    e.preload = "none";
    e.volume = this.volume;
    e.muted = this.muted;
    e.onplaying = e.onwaiting = e.onpause = () => this.onchange();
    this.tune();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.look(), 1000);
    try {
      await e.play();
      this.unanswered = false;
      return true;
    } catch (error) {
      this.unanswered = /** @type {Error} */ (error).name !== "NotAllowedError";
      return false;
    }
  }

  tune() {
    const e = /** @type {HTMLAudioElement} */ (this.element);
    this.asked = performance.now();
    this.moved = this.asked;
    this.place = 0;
    e.src = this.address();
  }

  // A stream that was cut is not taken up again by the browser, and one that waited
  // goes on where it was.
  look() {
    const e = this.element;
    if (!e) return;
    const now = performance.now();
    if (e.currentTime !== this.place) this.moved = now;
    this.place = e.currentTime;
    const behind = (now - this.asked) / 1000 + PAST - e.currentTime;
    if (e.error || e.ended || now - this.moved > STUCK_MS || (behind > BEHIND && e.currentTime > 0)) {
      this.tune();
      e.play().catch(() => this.onchange());
    }
  }

  get sounding() {
    const e = this.element;
    return e !== null && !e.paused && e.readyState > 2 && e.currentTime > 0;
  }

  /** @param {boolean} on */
  mute(on) {
    this.muted = on;
    if (this.element) this.element.muted = on;
  }

  /** @param {number} v 0 to 1, as the element has it */
  setVolume(v) {
    this.volume = v;
    if (this.element) this.element.volume = v;
  }

  stop() {
    clearInterval(this.timer);
    const e = this.element;
    this.element = null;
    this.asked = NaN;
    if (!e) return;
    e.onplaying = e.onwaiting = e.onpause = null;
    e.pause();
    e.removeAttribute("src");
    e.load();
  }

  /**
   * The station's frame that is heard now, to some tenths of a second; NaN if none is.
   * @param {(ms: number) => number} frameAt which frame the station plays at a time of performance.now()
   */
  frame(frameAt) {
    if (!this.sounding) return NaN;
    return frameAt(this.asked) + (/** @type {HTMLAudioElement} */ (this.element).currentTime - PAST) * RATE;
  }
}
