// The view for a wall: the score as large as the room, nothing to press.

import { qr } from "./qr.js";
import { say, spoken } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
/** So long a pointer that rests is seen, in milliseconds. */
const RESTS = 2000;
/** So much of the height the title has at most. */
const TITLE = 0.16;

export class Wall {
  /**
   * @param {{foot: HTMLElement, title: HTMLElement}} at the foot is where the address stands
   * @param {(on: boolean) => void} changed
   */
  constructor(at, changed) {
    this.foot = at.foot;
    this.title = at.title;
    // Beside the board it has less room than alone.
    let wide = 0;
    new ResizeObserver(() => {
      if (wide === this.title.clientWidth) return;
      wide = this.title.clientWidth;
      requestAnimationFrame(() => this.fit());
    }).observe(this.title);
    addEventListener("resize", () => this.fit());
    this.changed = changed;
    this.on = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement && this.on && this.full) this.leave();
    });
    document.addEventListener("pointermove", () => this.moved());
    this.full = false;
    this.shown = "";
  }

  /** @param {boolean} full whether the browser may be asked for the whole screen */
  async enter(full) {
    this.on = true;
    document.body.classList.add("wall");
    this.show();
    this.moved();
    this.changed(true);
    this.fit();
    if (!full || !document.documentElement.requestFullscreen) return;
    try {
      await document.documentElement.requestFullscreen();
      this.full = true;
    } catch {
      // A browser that does not allow it shows the wall in its window.
    }
  }

  leave() {
    this.on = this.full = false;
    document.body.classList.remove("wall", "resting");
    this.foot.hidden = true;
    this.changed(false);
    this.fit();
    if (document.fullscreenElement) document.exitFullscreen();
  }

  toggle() {
    if (this.on) this.leave();
    else this.enter(true);
  }

  moved() {
    document.body.classList.remove("resting");
    clearTimeout(this.rest);
    if (this.on) this.rest = setTimeout(() => document.body.classList.add("resting"), RESTS);
  }

  /** Makes the title as large as there is room for it, and for all the rest. */
  fit() {
    const { style } = this.title;
    style.removeProperty("--px");
    if (!this.on) return;
    const least = Math.min(innerWidth, innerHeight);
    for (let px = Math.max(4, Math.round(least / 140)); px > 1; px--) {
      style.setProperty("--px", px + "px");
      const widest = Math.max(0, ...[...this.title.querySelectorAll("svg")].map((word) => Number.parseFloat(word.getAttribute("width") ?? "0")));
      if (this.title.offsetHeight <= innerHeight * TITLE && widest * parseFloat(getComputedStyle(this.title).fontSize) <= this.title.clientWidth) break;
    }
  }

  /** Where one can listen along. Nobody else can reach a machine that calls itself localhost. */
  show() {
    if (!this.on || (!this.foot.hidden && this.shown === spoken())) return;
    this.shown = spoken();
    this.foot.hidden = false;
    const address = location.origin + location.pathname;
    const words = document.createElement("span");
    words.textContent = say("along") + " ";
    const line = document.createElement("b");
    // Where it is longer than the line it is broken at its slashes first.
    const parts = address.replace(/^https?:\/\//, "").replace(/\/$/, "").split(/(?<=\/)/);
    line.append(...parts.flatMap((part) => [part, document.createElement("wbr")]));
    words.append(line);
    const own = /^(localhost|127\.|\[::1\])/.test(location.hostname);
    const code = own ? null : qr(address);
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = say("spaceForSound");
    this.foot.replaceChildren(...(code ? [shape(code)] : []), words, hint);
  }
}

/** @param {boolean[][]} code */
function shape(code) {
  const n = code.length + 8; // with the quiet zone
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "code");
  svg.setAttribute("viewBox", `0 0 ${n} ${n}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("aria-hidden", "true");
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", String(n));
  ground.setAttribute("height", String(n));
  ground.setAttribute("class", "ground");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", code.map((row, y) => row.map((on, x) => (on ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join("")).join(""));
  svg.append(ground, path);
  return svg;
}
