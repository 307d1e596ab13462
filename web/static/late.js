// How much later than everybody one listener plays, whose messages come too late or whose
// output is slow. It is asked for no time: whoever asks says what time it is.

// In steps, so that two who need it are still together; where a station is in a hurry (a
// short cushion), small ones.
const STEP_MS = 60;
const HASTY_STEP_MS = 5;
const MOST_MS = 5000;
// A listener who was moved later is moved back, at once, to what was needed at most in so
// long. Who then is moved later again within four times as long waits twice as long the
// next time, up to the last.
const CALM_MS = 12000;
const MOST_CALM_MS = 600000;
// Once, or twice, nothing to play is a line that stood still, and moves nobody: two who
// hear the same station would be apart for what only one of them had. So often in so long,
// so far apart, it is a line that needs more time.
const DRY_TIMES = 3;
const DRY_MS = 30000;
const DRY_APART_MS = 2000;

export class Late {
  constructor() {
    /** So much later, in milliseconds. */
    this.extra = 0;
    /** Of the station: how much later than the event everybody plays, in milliseconds. */
    this.cushion = 120;
    /** There is no line to the station: what is missing is no sign of a slow one. */
    this.cut = false;
    this.dries = /** @type {number[]} */ ([]);
    this.since = 0; // from when on the most is known of what was needed
    this.most = -Infinity;
    this.calm = CALM_MS;
    this.back = -Infinity; // when it was moved back last
  }

  get step() {
    return this.cushion < STEP_MS ? HASTY_STEP_MS : STEP_MS;
  }

  /**
   * Takes what is needed now, and reports whether the listener was moved.
   * @param {number} need so much later, in milliseconds; less than 0: there is time left
   * @param {number} now in milliseconds
   */
  takes(need, now) {
    if (need > this.extra) return this.to(Math.ceil(need / this.step) * this.step, now);
    this.most = Math.max(this.most, need);
    if (this.cut) this.since = now;
    if (this.extra === 0 || now - this.since < this.calm) return false;
    const enough = Math.max(0, Math.ceil(this.most / this.step) * this.step);
    return this.to(Math.min(enough, this.extra), now);
  }

  /**
   * There was nothing to play. Reports whether the listener was moved.
   * @param {number} now in milliseconds
   */
  dry(now) {
    const last = this.dries.at(-1);
    if (this.cut || (last !== undefined && now - last < DRY_APART_MS)) return false;
    this.dries = this.dries.filter((t) => now - t < DRY_MS);
    if (this.dries.push(now) < DRY_TIMES) return false;
    this.dries = [];
    return this.to(this.extra + this.step, now);
  }

  /**
   * @param {number} extra
   * @param {number} now
   */
  to(extra, now) {
    const was = this.extra;
    this.extra = Math.min(extra, MOST_MS);
    this.since = now;
    this.most = -Infinity;
    if (this.extra < was) this.back = now;
    else if (this.extra > was) this.calm = now - this.back < 4 * this.calm ? Math.min(2 * this.calm, MOST_CALM_MS) : CALM_MS;
    return this.extra !== was;
  }
}
