// A face of pixels, drawn for this page: five wide and seven high, with a bold that is
// drawn where doubling the thin one would fill it up.

/**
 * Each letter is its seven rows from the top, a row five bits as one digit of base 32,
 * the left pixel first: "ehhvhhh" is an A.
 */
const thin = `
A ehhvhhh B uhhuhhu C ehggghe D uhhhhhu E vgguggv F vgguggg G ehgnhhf H hhhvhhh I e44444e J 72222ic K hikokih L ggggggv
M hrllhhh N hplljhh O ehhhhhe P uhhuggg Q ehhhlid R uhhukih S fgge11u T v444444 U hhhhhhe V hhhhha4 W hhhllrh X hha4ahh
Y hha4444 Z v1248gv a 00e1fhf b gguhhhu c 00eghge d 11fhhhf e 00ehvge f 698s888 g 00fhf1e h ggmphhh i 40c444e j 20622ic
k ggikoki l c44444e m 00qllhh n 00mphhh o 00ehhhe p 00uhugg q 00djf11 r 00mpggg s 00ege1u t 88s8896 u 00hhhjd v 00hhha4
w 00hhlla x 00ha4ah y 00hhf1e z 00v248v 0 ehhhhhe 1 4c4444e 2 eh1248v 3 v2421he 4 26aiv22 5 vgu11he 6 68guhhe 7 v124888
8 ehhehhe 9 ehhf12c ! 4444404 " aaa0000 # aavavaa $ 4fke5u4 % op248j3 & cik8lid ' c480000 ( 2488842 ) 8422248 * 04lel40
+ 044v440 , 0000c48 - 000v000 . 00000cc / 01248g0 : 0cc0cc0 ; 0cc0c48 < 248g842 = 00v0v00 > 8421248 ? eh12404 @ eh1dlle
[ e88888e \\ 0g84210 ] e22222e ^ 4ah0000 _ 000000v { 2448442 | 4444444 } 8442448 ~ 008l200 \` 8420000
● 0evvve0 → 042v240 ← 048v840 ↑ 4el4440 ↓ 0444le4 ♪ 46544cs ▲ 044eev0 ▼ 0vee440 ′ 4480000 – 000v000 — 000v000 · 0004000
… 000000l € 69s8s96 ° 6996000 ’ c480000 ‘ 6420000 “ aa00000 ” aa00000 « 05aka50 » 0ka5ak0 ♯ aavavaa ♭ ggmpiko × 0ha4ah0
− 000v000 ✓ 0112ik8 ✗ 0ha4ah0 ı 00c444e ß cihmhhm Æ fkkukkn Œ fkkmkkf æ 00q5fkf œ 00allkb ø 00ejlpe Ø ehjlphe ½ ghia5ie ÷ 0404040
`;

/** What stands over a letter, two rows, and under it, one. */
const over = { "\u0301": "24", "\u0300": "84", "\u0302": "4a", "\u0308": "a0", "\u0303": "dm", "\u030a": "44", "\u030c": "a4", "\u0304": "0e", "\u0306": "he", "\u030b": "9i" };
/** Of those the ones that would fill up when doubled, six wide. */
const overBold = { "\u0308": [0b110011, 0], "\u0303": [0b011001, 0b100110] };
const under = { "\u0327": "4", "\u0328": "2" };

/** Letters whose bold is seven wide. */
const wide = {
  M: ["1100011", "1110111", "1111111", "1101011", "1100011", "1100011", "1100011"],
  N: ["1100011", "1110011", "1111011", "1111111", "1101111", "1100111", "1100011"],
  W: ["1100011", "1100011", "1100011", "1101011", "1111111", "1110111", "1100011"],
  m: ["0000000", "0000000", "1110110", "1111111", "1101011", "1101011", "1101011"],
  w: ["0000000", "0000000", "1100011", "1101011", "1101011", "1111111", "0110110"],
  "#": ["0110110", "0110110", "1111111", "0110110", "1111111", "0110110", "0110110"],
  "%": ["1100011", "1100110", "0001100", "0011000", "0110000", "1100110", "1000110"],
  "…": ["0000000", "0000000", "0000000", "0000000", "0000000", "0000000", "1001001"],
  "@": ["0111110", "1100011", "1101111", "1101011", "1101111", "1100000", "0111110"],
};

/** Rows over the capitals for accents, rows of the letters, rows under them. */
export const OVER = 2;
export const BODY = 7;
export const UNDER = 2;
export const HEIGHT = OVER + BODY + UNDER;

/**
 * A letter: its rows from the top, HEIGHT of them, the left pixel the highest of width bits.
 * @typedef {{width: number, rows: number[]}} Glyph
 */

/** @type {Map<string, string>} */
const drawn = new Map();
for (const [, c, rows] of thin.matchAll(/(\S) (\S{7})(?=\s)/g)) drawn.set(c, rows);

/** @param {string} rows */
const digits = (rows) => [...rows].map((d) => Number.parseInt(d, 32));

/**
 * The letter for a character; null if there is none.
 * @param {string} c one character, with what stands over and under it
 * @param {boolean} bold
 * @returns {Glyph | null}
 */
export function glyph(c, bold) {
  if (c === " " || c === "\u00a0" || c === "\u202f") return { width: 3, rows: Array(HEIGHT).fill(0) };
  const whole = drawn.has(c) ? c : c.normalize("NFD");
  let [base, ...marks] = whole;
  const raised = marks.some((m) => m in over);
  if (marks.filter((m) => m in over).length > 1) return null; // there is room for one
  if (raised && base === "i") base = "ı";
  const body = drawn.get(base);
  if (!body || marks.some((m) => !(m in over) && !(m in under))) return null;
  let rows = digits(body);
  let width = 5;
  if (bold && base in wide) {
    width = 7;
    rows = wide[/** @type {keyof typeof wide} */ (base)].map((r) => Number.parseInt(r, 2));
  } else if (bold) {
    width = 6;
    rows = rows.map((r) => (r << 1) | r);
  }
  const all = [0, 0, ...rows, 0, 0];
  const shift = (/** @type {number} */ bits) => (width === 7 ? (bits << 1) | (bits << 2) : bold ? (bits << 1) | bits : bits);
  for (const m of marks) {
    if (m in over) {
      const whole = bold && m in overBold;
      const [a, b] = whole ? overBold[/** @type {keyof typeof overBold} */ (m)] : digits(over[/** @type {keyof typeof over} */ (m)]);
      // Over a small letter the accent sits where a capital would be; what is one row high leaves one free.
      const at = /[a-zı]/.test(base) && all[OVER] === 0 && all[OVER + 1] === 0 ? OVER - (b === 0 ? 0 : 1) : 0;
      const put = whole ? (/** @type {number} */ bits) => (width === 7 ? bits << 1 : bits) : shift;
      all[at] |= put(a);
      all[at + 1] |= put(b);
    } else {
      all[OVER + BODY] |= shift(4);
      all[OVER + BODY + 1] |= shift(digits(under[/** @type {keyof typeof under} */ (m)])[0]);
    }
  }
  return trimmed({ width, rows: all }, /[0-9]/.test(base));
}

/**
 * Without the empty columns at its sides; figures keep theirs, so that they stand under
 * each other.
 * @param {Glyph} g
 * @param {boolean} figure
 */
function trimmed(g, figure) {
  const used = g.rows.reduce((a, r) => a | r, 0);
  if (figure || used === 0) return g;
  let { width, rows } = g;
  while (!(used & (1 << (width - 1)))) width--;
  let right = 0;
  while (!(used & (1 << right))) right++;
  rows = rows.map((r) => r >> right);
  return { width: width - right, rows };
}
