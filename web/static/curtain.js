// The curtain before the first click, and the arch that stays: pixels as large as
// bricks.

/** Its red, from where a fold is deep to where it catches the light; gold, and the shadow. */
const REDS = ["#4a0620", "#6e0a2b", "#950f38", "#b8173f", "#d63a52"];
const GOLD = ["#8a5a10", "#d99a1c", "#ffd166"];
const FOLD = [0, 1, 2, 3, 4, 3, 2, 1]; // one fold from the side
const STEPS = 14; // in so many it opens
const TAKES = 1400; // milliseconds
/** So far it is open when it is lowered part of the way. */
const LOWERED = 9;

export class Curtain {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.open = 0; // in steps
    this.want = 0; // how far it is to be open
    this.start = 0; // how far it was when it began to move, ...
    this.from = -Infinity; // ... and when that was
    this.drawn = "";
  }

  /** Nothing is seen of what is behind it. */
  get closed() {
    return this.open === 0 && this.want === 0;
  }

  /** @param {boolean} still at once */
  rise(still) {
    this.move(STEPS, still);
  }

  /** Part of the way, over a stage that is dark. @param {boolean} still at once */
  lower(still) {
    this.move(LOWERED, still);
  }

  /**
   * @param {number} to
   * @param {boolean} still
   */
  move(to, still) {
    if (this.want === to) return;
    this.want = to;
    this.start = this.open;
    this.from = still ? -Infinity : performance.now();
  }

  draw() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    if (w === 0 || h === 0) return;
    const moved = Math.min(Math.abs(this.want - this.start), Math.floor(((performance.now() - this.from) / TAKES) * STEPS));
    this.open = this.start + Math.sign(this.want - this.start) * moved;
    const unit = Math.max(4, Math.round(Math.min(w, h) / 90));
    const key = [w, h, this.open].join();
    if (key === this.drawn) return;
    this.drawn = key;
    const width = Math.ceil(w / unit);
    const height = Math.ceil(h / unit);
    this.canvas.width = width;
    this.canvas.height = height;
    this.g.clearRect(0, 0, width, height);
    if (this.open < STEPS) {
      // Each half is drawn to its side, and its folds with it.
      const half = Math.ceil(width / 2);
      const left = Math.round(half * (1 - this.open / STEPS));
      const fold = 2 * (1 - (0.6 * this.open) / STEPS);
      for (let x = 0; x < left; x++) {
        this.cloth(x, height, Math.floor((half - left + x) / fold));
        this.cloth(width - 1 - x, height, Math.floor((half - left + x) / fold) + 3);
      }
      if (this.open === 0) this.seam(half, height);
    }
    this.valance(width);
  }

  /**
   * @param {number} x
   * @param {number} height
   * @param {number} place in the folds
   */
  cloth(x, height, place) {
    const g = this.g;
    const light = FOLD[place % FOLD.length];
    g.fillStyle = REDS[light];
    g.fillRect(x, 0, 1, height);
    // It darkens towards the valance, pixel by pixel.
    g.fillStyle = REDS[Math.max(0, light - 1)];
    for (let y = 0; y < 16; y++) if ((x * 7 + y * 5) % 16 >= y) g.fillRect(x, y, 1, 1);
    g.fillStyle = GOLD[light > 2 ? 2 : light > 0 ? 1 : 0];
    g.fillRect(x, height - 4, 1, 2);
    g.fillStyle = GOLD[0];
    if (x % 2 === 0) g.fillRect(x, height - 2, 1, 2);
  }

  /**
   * @param {number} x
   * @param {number} height
   */
  seam(x, height) {
    this.g.fillStyle = REDS[0];
    this.g.fillRect(x - 1, 0, 2, height);
  }

  /**
   * Swags with a fringe, along the top.
   * @param {number} width
   */
  valance(width) {
    const g = this.g;
    const swags = Math.max(3, Math.round(width / 26));
    for (let x = 0; x < width; x++) {
      const at = ((x + 0.5) / width) * swags;
      const in_ = at - Math.floor(at); // 0 to 1 within a swag
      const deep = 2 + Math.round(2 * Math.sin(Math.PI * in_));
      g.fillStyle = REDS[1 + Math.round(2 * Math.sin(Math.PI * in_))];
      g.fillRect(x, 0, 1, deep);
      g.fillStyle = GOLD[in_ > 0.3 && in_ < 0.7 ? 2 : 1];
      g.fillRect(x, deep, 1, 1);
    }
  }
}

/** How high the arch is, in CSS pixels. */
export function archOf(/** @type {number} */ w, /** @type {number} */ h) {
  return 5 * Math.max(4, Math.round(Math.min(w, h) / 90));
}
