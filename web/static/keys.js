// The keyboard: everything that can be done, without a pointer.

/**
 * What the keys do. One letter, without another key, is one deed.
 * @typedef {object} Deeds
 * @property {() => void} toggle
 * @property {() => void} silence
 * @property {(i: number, alone: boolean) => void} voice
 * @property {(step: number) => void} choose
 * @property {() => void} leave
 * @property {(by: number) => void} louder
 * @property {(octaves: number) => void} pitch
 * @property {() => void} more
 * @property {() => void} ticks
 * @property {() => void} save
 */

/** @param {Deeds} d */
export function keys(d) {
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const on = /** @type {HTMLElement} */ (e.target);
    // What is open over the page has keys of its own.
    if (on.closest?.("dialog")) return;
    // A button does what it does; the slider wants its arrows.
    if (e.key === " " && ["BUTTON", "SUMMARY"].includes(on.tagName)) return;
    if (on.tagName === "INPUT" && (e.key.startsWith("Arrow") || e.key === " ")) return;
    // In a list letters choose what begins with them.
    if (on.tagName === "SELECT" && e.key !== "Escape") return;
    if (!deed(d, e)) return;
    e.preventDefault();
  });
}

/**
 * @param {Deeds} d
 * @param {KeyboardEvent} e
 */
function deed(d, e) {
  const digit = /^Digit([1-9])$/.exec(e.code);
  if (digit) d.voice(Number(digit[1]) - 1, e.shiftKey);
  else if (e.key === " ") d.toggle();
  else if (e.key === "m") d.silence();
  else if (e.key === "ArrowLeft") d.choose(-1);
  else if (e.key === "ArrowRight") d.choose(1);
  else if (e.key === "Escape") d.leave();
  else if (e.key === "+" || e.key === "=") d.louder(5);
  else if (e.key === "-") d.louder(-5);
  else if (e.key === "PageUp") d.pitch(1);
  else if (e.key === "PageDown") d.pitch(-1);
  else if (e.key === "o") d.more();
  else if (e.key === "t") d.ticks();
  else if (e.key === "s") d.save();
  else return false;
  return true;
}
