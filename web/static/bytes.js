// Numbers and texts as they stand in the messages: see web/PROTOCOL.md.

/** Reads the parts of a message, one after the other. What is cut off throws a RangeError. */
export class Bytes {
  /** @param {Uint8Array} p */
  constructor(p) {
    this.p = p;
    this.at = 0;
  }

  get left() {
    return this.p.length - this.at;
  }

  byte() {
    if (this.at >= this.p.length) throw new RangeError("the message is cut off");
    return this.p[this.at++];
  }

  /** An unsigned varint. Numbers up to 2^53 are exact. */
  uint() {
    let v = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const b = this.byte();
      v += (b & 0x7f) * scale;
      if (b < 0x80) return v;
      scale *= 128;
    }
    throw new RangeError("a number of the message is too great");
  }

  /** A zigzag varint. */
  int() {
    const u = this.uint();
    return u % 2 === 1 ? -(u + 1) / 2 : u / 2;
  }

  /** @param {number} n */
  take(n) {
    if (n > this.left) throw new RangeError("the message is cut off");
    const p = this.p.subarray(this.at, this.at + n);
    this.at += n;
    return p;
  }

  bytes() {
    return this.take(this.uint());
  }

  text() {
    return decoder().decode(this.bytes());
  }

  number() {
    const p = this.take(8);
    return new DataView(p.buffer, p.byteOffset, 8).getFloat64(0, true);
  }
}

/** @type {TextDecoder | undefined} */
let utf8;

// The scope of an AudioWorklet has no TextDecoder, and reads no text.
function decoder() {
  return (utf8 ??= new TextDecoder());
}

/**
 * Appends an unsigned varint.
 * @param {number[]} out
 * @param {number} v
 */
export function putUint(out, v) {
  while (v >= 0x80) {
    out.push((v % 128) + 128);
    v = Math.floor(v / 128);
  }
  out.push(v);
}

/**
 * Appends a zigzag varint.
 * @param {number[]} out
 * @param {number} v
 */
export function putInt(out, v) {
  putUint(out, v < 0 ? -v * 2 - 1 : v * 2);
}
