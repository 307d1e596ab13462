// Addresses as QR codes (ISO/IEC 18004): bytes, versions 1 to 6, correction level M.

/** Of each version: data bytes, blocks, correction bytes of a block (Table 9 there). */
const versions = [
  { data: 16, blocks: 1, check: 10 },
  { data: 28, blocks: 1, check: 16 },
  { data: 44, blocks: 1, check: 26 },
  { data: 64, blocks: 2, check: 18 },
  { data: 86, blocks: 2, check: 24 },
  { data: 108, blocks: 4, check: 16 },
];

const masks = [
  (/** @type {number} */ r, /** @type {number} */ c) => (r + c) % 2,
  (/** @type {number} */ r) => r % 2,
  (/** @type {number} */ _, /** @type {number} */ c) => c % 3,
  (/** @type {number} */ r, /** @type {number} */ c) => (r + c) % 3,
  (/** @type {number} */ r, /** @type {number} */ c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2,
  (/** @type {number} */ r, /** @type {number} */ c) => ((r * c) % 2) + ((r * c) % 3),
  (/** @type {number} */ r, /** @type {number} */ c) => (((r * c) % 2) + ((r * c) % 3)) % 2,
  (/** @type {number} */ r, /** @type {number} */ c) => (((r + c) % 2) + ((r * c) % 3)) % 2,
];

/**
 * The code of a text: rows of modules, true for dark. null if it is too long.
 * @param {string} text
 * @returns {boolean[][] | null}
 */
export function qr(text) {
  const bytes = new TextEncoder().encode(text);
  const v = versions.findIndex((x) => x.data >= bytes.length + 2);
  if (v < 0) return null;
  const stream = interleaved(bytes, versions[v]);
  let best = null;
  let least = Infinity;
  for (let m = 0; m < masks.length; m++) {
    const code = placed(v, stream, m);
    const bad = penalty(code);
    if (bad < least) {
      least = bad;
      best = code;
    }
  }
  return best;
}

/**
 * Data and correction, as they stand in the code.
 * @param {Uint8Array} bytes
 * @param {{data: number, blocks: number, check: number}} v
 */
function interleaved(bytes, v) {
  const data = [0x40 | (bytes.length >> 4)]; // byte mode, and the length in eight bits
  let rest = bytes.length & 15;
  for (const b of bytes) {
    data.push((rest << 4) | (b >> 4));
    rest = b & 15;
  }
  data.push(rest << 4);
  for (let i = 0; data.length < v.data; i++) data.push(i % 2 ? 0x11 : 0xec);
  const size = v.data / v.blocks;
  const blocks = Array.from({ length: v.blocks }, (_, i) => data.slice(i * size, (i + 1) * size));
  const checks = blocks.map((b) => remainder(b, v.check));
  const out = [];
  for (let i = 0; i < size; i++) for (const b of blocks) out.push(b[i]);
  for (let i = 0; i < v.check; i++) for (const c of checks) out.push(c[i]);
  return out;
}

// The field of 256 with x^8+x^4+x^3+x^2+1.
const exp = [1];
for (let i = 1; i < 255; i++) exp.push((exp[i - 1] << 1) ^ (exp[i - 1] & 0x80 ? 0x11d : 0));
const log = Array(256).fill(0);
exp.forEach((e, i) => (log[e] = i));

/** @param {number} a @param {number} b */
const times = (a, b) => (a && b ? exp[(log[a] + log[b]) % 255] : 0);

/**
 * Reed-Solomon: n bytes of correction.
 * @param {number[]} block
 * @param {number} n
 */
function remainder(block, n) {
  let generator = [1];
  for (let i = 0; i < n; i++) {
    const next = Array(generator.length + 1).fill(0);
    generator.forEach((g, k) => {
      next[k] ^= g;
      next[k + 1] ^= times(g, exp[i]);
    });
    generator = next;
  }
  const rest = [...block, ...Array(n).fill(0)];
  for (let i = 0; i < block.length; i++) {
    const f = rest[i];
    if (f) generator.forEach((g, k) => (rest[i + k] ^= times(g, f)));
  }
  return rest.slice(block.length);
}

/**
 * @param {number} v version less 1
 * @param {number[]} stream
 * @param {number} mask
 */
function placed(v, stream, mask) {
  const n = 21 + 4 * v;
  /** @type {(boolean | undefined)[][]} */
  const code = Array.from({ length: n }, () => Array(n).fill(undefined));
  const set = (/** @type {number} */ r, /** @type {number} */ c, /** @type {boolean} */ on) => {
    if (r >= 0 && c >= 0 && r < n && c < n) code[r][c] = on;
  };
  for (const [r, c] of [[3, 3], [3, n - 4], [n - 4, 3]]) {
    for (let y = -4; y <= 4; y++) for (let x = -4; x <= 4; x++) set(r + y, c + x, [0, 1, 3].includes(Math.max(Math.abs(x), Math.abs(y))));
  }
  if (v > 0) for (let y = -2; y <= 2; y++) for (let x = -2; x <= 2; x++) set(n - 7 + y, n - 7 + x, Math.max(Math.abs(x), Math.abs(y)) !== 1);
  for (let i = 8; i < n - 8; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  format(code, n, mask);
  let bit = 0;
  let up = true;
  for (let c = n - 1; c > 0; c -= 2) {
    if (c === 6) c--;
    for (let i = 0; i < n; i++) {
      const r = up ? n - 1 - i : i;
      for (const x of [c, c - 1]) {
        if (code[r][x] !== undefined) continue;
        const on = bit < 8 * stream.length && ((stream[bit >> 3] >> (7 - (bit & 7))) & 1) === 1;
        bit++;
        code[r][x] = on !== (masks[mask](r, x) === 0);
      }
    }
    up = !up;
  }
  return /** @type {boolean[][]} */ (code);
}

/**
 * Level M and the mask, twice, with their own correction.
 * @param {(boolean | undefined)[][]} code
 * @param {number} n
 * @param {number} mask
 */
function format(code, n, mask) {
  let rest = mask << 10;
  for (let i = 14; i >= 10; i--) if (rest & (1 << i)) rest ^= 0x537 << (i - 10);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const on = (/** @type {number} */ i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 15; i++) {
    const r = i < 6 ? i : i < 8 ? i + 1 : n - 15 + i;
    code[r][8] = on(i);
    const c = i < 8 ? n - 1 - i : i < 9 ? 7 : 14 - i;
    code[8][c] = on(i);
  }
  code[n - 8][8] = true;
}

/** How hard it is to read. @param {boolean[][]} code */
function penalty(code) {
  const n = code.length;
  let bad = 0;
  let dark = 0;
  for (let r = 0; r < n; r++) {
    for (const line of [code[r], code.map((row) => row[r])]) {
      let run = 1;
      for (let i = 1; i <= n; i++) {
        if (i < n && line[i] === line[i - 1]) run++;
        else {
          if (run >= 5) bad += run - 2;
          run = 1;
        }
      }
      const text = line.map(Number).join("");
      for (const finder of ["10111010000", "00001011101"]) for (let at = text.indexOf(finder); at >= 0; at = text.indexOf(finder, at + 1)) bad += 40;
    }
    for (let c = 0; c < n; c++) {
      if (code[r][c]) dark++;
      if (r && c && code[r][c] === code[r - 1][c] && code[r][c] === code[r][c - 1] && code[r][c] === code[r - 1][c - 1]) bad += 3;
    }
  }
  return bad + 10 * Math.floor(Math.abs((100 * dark) / (n * n) - 50) / 5);
}
