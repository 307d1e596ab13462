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

export const dark = {
  light: false,
  back: "#12101f",
  grid: "#1d1a30",
  bar: "#2c2748",
  ink: "#f4f1ff",
  dim: "#a39dc4",
  now: "#ff4d6d",
  band: "#191629",
};

export const paper = {
  light: true,
  back: "#f7f1e1",
  grid: "#ece3cc",
  bar: "#d6c9a8",
  ink: "#1c1730",
  dim: "#655d7d",
  now: "#c9184a",
  band: "#efe6d0",
};

/** @typedef {typeof dark} Palette */

/**
 * @param {Palette} p
 * @param {number} voice
 */
export function colour(p, voice) {
  return voices[Math.max(voice, 0) % voices.length][p.light ? 1 : 0];
}
