// Keeps the screen on while somebody wants that: for a wall, or a listener who asks.

export class Awake {
  constructor() {
    /** @type {Set<string>} who wants it */
    this.wants = new Set();
    /** @type {WakeLockSentinel | null} */
    this.lock = null;
    this.asking = false;
    // The browser lets the screen go when the page is hidden, and does not say so later.
    document.addEventListener("visibilitychange", () => this.settle());
  }

  /** Whether the browser can do it at all: not on plain http. */
  static get able() {
    return "wakeLock" in navigator;
  }

  /**
   * @param {string} who
   * @param {boolean} on
   */
  want(who, on) {
    if (on) this.wants.add(who);
    else this.wants.delete(who);
    return this.settle();
  }

  async settle() {
    if (!Awake.able || this.asking) return;
    const on = this.wants.size > 0 && document.visibilityState === "visible";
    if (on === (this.lock !== null)) return;
    this.asking = true;
    try {
      if (on) {
        const lock = await navigator.wakeLock.request("screen");
        this.lock = lock;
        lock.addEventListener("release", () => {
          if (this.lock === lock) this.lock = null;
        });
      } else {
        const lock = this.lock;
        this.lock = null;
        await lock?.release();
      }
    } catch {
      // The battery is low, or the page was hidden just now: it is tried again when it is looked at.
      this.asking = false;
      return;
    }
    this.asking = false;
    this.settle(); // something else may be wanted by now
  }
}
