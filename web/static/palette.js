// Colours of the voices and of the stage.

/** Eight-bit colours, far enough from each other for most eyes; the second is for paper. */
const voices = [
  ["#ffd166", "#9a6300"],
  ["#4cc9f0", "#00678a"],
  ["#ff6b8b", "#b3123d"],
  ["#80ed99", "#1b7034"],
  ["#c8a2ff", "#6a35c4"],
  ["#ff9f5a", "#a84a00"],
  ["#5eead4", "#006e61"],
  ["#f78fe0", "#9c1f86"],
  ["#a5d8ff", "#2a5d9c"],
  ["#d9ed6f", "#5c6b00"],
];

/**
 * @typedef {object} Palette
 * @property {boolean} light
 * @property {string} back behind the notes
 * @property {string} floor where there is an even octave
 * @property {string} grid of the beats
 * @property {string} bar
 * @property {string} ink
 * @property {string} dim
 * @property {string} now
 * @property {string} band of sections and signals
 * @property {string} curve
 * @property {"" | "more" | "forced"} contrast
 */

/** @type {Palette} */
export const dark = {
  light: false,
  back: "#100c20",
  floor: "#15102a",
  grid: "#1e1838",
  bar: "#342b5c",
  ink: "#fff7e6",
  dim: "#aaa2cc",
  now: "#ff3b5c",
  band: "#1a1533",
  curve: "#4cc9f0",
  contrast: "",
};

/** @type {Palette} */
export const paper = {
  light: true,
  back: "#fbf4e2",
  floor: "#f6ecd4",
  grid: "#ebdfc2",
  bar: "#cdbb92",
  ink: "#1c1730",
  dim: "#5f5777",
  now: "#d0103f",
  band: "#f0e4c6",
  curve: "#00678a",
  contrast: "",
};

/**
 * What the listener's system asks for.
 * @param {boolean} light
 * @returns {Palette}
 */
export function chosen(light) {
  if (matchMedia("(forced-colors: active)").matches) {
    return { light, back: "Canvas", floor: "Canvas", grid: "Canvas", bar: "GrayText", ink: "CanvasText", dim: "CanvasText", now: "Highlight", band: "Canvas", curve: "CanvasText", contrast: "forced" };
  }
  const p = light ? paper : dark;
  if (!matchMedia("(prefers-contrast: more)").matches) return p;
  return light
    ? { ...p, back: "#fff", floor: "#fff", grid: "#ddd", bar: "#666", ink: "#000", dim: "#222", band: "#fff", contrast: "more" }
    : { ...p, back: "#000", floor: "#000", grid: "#333", bar: "#999", ink: "#fff", dim: "#eee", band: "#000", contrast: "more" };
}

/**
 * @param {Palette} p
 * @param {number} voice
 */
export function colour(p, voice) {
  if (p.contrast === "forced") return "CanvasText";
  return voices[Math.max(voice, 0) % voices.length][p.light ? 1 : 0];
}
