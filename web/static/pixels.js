// Words in pixels: as shapes on the page, and on a canvas.

import { BODY, HEIGHT, OVER, glyph } from "./glyphs.js";

/**
 * @typedef {{width: number, path: string}} Drawn in pixels; the path is that of an SVG
 */

/** @type {Map<string, Drawn | null>} */
const known = new Map();
// Captions come and go for ever.
const MOST = 600;

/**
 * The outline of a text; null if a character of it cannot be drawn.
 * @param {string} text
 * @param {boolean} bold
 * @returns {Drawn | null}
 */
export function outline(text, bold) {
  const key = (bold ? "b" : "t") + text;
  let d = known.get(key);
  if (d === undefined) {
    if (known.size >= MOST) known.clear();
    known.set(key, (d = trace(text, bold)));
  }
  return d;
}

/**
 * @param {string} text
 * @param {boolean} bold
 */
function trace(text, bold) {
  let x = 0;
  let path = "";
  for (const c of text.normalize("NFC")) {
    const g = glyph(c, bold);
    if (!g) return null;
    g.rows.forEach((row, y) => {
      for (let i = 0; i < g.width; ) {
        if (!(row & (1 << (g.width - 1 - i)))) {
          i++;
          continue;
        }
        const from = i;
        while (i < g.width && row & (1 << (g.width - 1 - i))) i++;
        path += `M${x + from} ${y}h${i - from}v1h${from - i}z`;
      }
    });
    x += g.width + 1;
  }
  return { width: Math.max(x - 1, 0), path };
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * Writes a text into an element in pixels, as high as the element's font, a shape for
 * each word. Who cannot see it, searches or copies it has the text. What cannot be drawn
 * stands there in the ordinary face.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  // What is not to be parted stays one word.
  const words = text.split(/[^\S\u00a0\u202f]+/).filter(Boolean);
  const shapes = words.map((w) => outline(w, true));
  element.classList.toggle("unpixelled", shapes.includes(null));
  if (shapes.includes(null)) {
    element.textContent = text;
    return;
  }
  const plain = document.createElement("span");
  plain.className = "unseen";
  plain.textContent = text;
  const drawn = document.createElement("span");
  drawn.setAttribute("aria-hidden", "true");
  for (const s of /** @type {Drawn[]} */ (shapes)) {
    if (drawn.childNodes.length) drawn.append(" ");
    drawn.append(shape(s));
  }
  element.replaceChildren(plain, drawn);
}

/** @param {Drawn} d */
function shape(d) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "px");
  svg.setAttribute("viewBox", `0 0 ${d.width + 1} ${HEIGHT}`);
  svg.setAttribute("width", `${(d.width + 1) / HEIGHT}em`);
  svg.setAttribute("height", "1em");
  svg.setAttribute("shape-rendering", "crispEdges");
  for (const part of ["shade", "face"]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", part);
    path.setAttribute("d", d.path);
    if (part === "shade") path.setAttribute("transform", "translate(1 1)");
    svg.append(path);
  }
  return svg;
}

/** @type {Map<string, Path2D>} */
const paths = new Map();
const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/**
 * A text in lines that have room, at most so many; the last is cut where there is more.
 * @param {CanvasRenderingContext2D} g
 * @param {string} text
 * @param {number} size of a pixel
 * @param {number} room
 * @param {number} most
 */
export function lined(g, text, size, room, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : last + " " + word;
    if (last !== undefined && (lines.length === most || widthOf(g, longer, size, true) <= room)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((l) => fitted(g, l, size, room));
}

/**
 * How wide a text is on a canvas.
 * @param {CanvasRenderingContext2D} g
 * @param {string} text
 * @param {number} size of a pixel
 * @param {boolean} [bold]
 */
export function widthOf(g, text, size, bold = false) {
  const d = outline(text, bold);
  if (d) return d.width * size;
  g.font = fontOf(size, bold);
  return g.measureText(text).width;
}

/**
 * As much of a text as there is room for.
 * @param {CanvasRenderingContext2D} g
 * @param {string} text
 * @param {number} size of a pixel
 * @param {number} room
 * @param {boolean} [bold]
 */
export function fitted(g, text, size, room, bold = true) {
  let s = text;
  while (s.length > 1 && widthOf(g, s, size, bold) > room) s = s.replace(/.?…?$/u, "").trimEnd() + "…";
  return s;
}

/**
 * Draws a text on a canvas, in the fill style that is set.
 * @param {CanvasRenderingContext2D} g
 * @param {string} text
 * @param {number} x its left
 * @param {number} y the top of its capitals
 * @param {number} size of a pixel
 * @param {boolean} [bold]
 * @returns {number} its width
 */
export function draw(g, text, x, y, size, bold = false) {
  const d = outline(text, bold);
  if (!d) {
    g.font = fontOf(size, bold);
    g.textBaseline = "top";
    g.fillText(text, x, y - size);
    return g.measureText(text).width;
  }
  let path = paths.get(d.path);
  if (!path) {
    if (paths.size >= MOST) paths.clear();
    paths.set(d.path, (path = new Path2D(d.path)));
  }
  g.save();
  g.translate(Math.round(x), Math.round(y) - OVER * size);
  g.scale(size, size);
  g.fill(path);
  g.restore();
  return d.width * size;
}

/** How high capitals are. @param {number} size */
export const tall = (size) => BODY * size;

/**
 * @param {number} size
 * @param {boolean} bold
 */
const fontOf = (size, bold) => `${bold ? "bold " : ""}${Math.round(size * 8.5)}px ${MONO}`;
