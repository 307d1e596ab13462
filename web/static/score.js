// What the page knows of the music: the last and the next notes, and what holds.

/** @typedef {import("./wire.js").Piece} Piece */
/** @typedef {import("./wire.js").Note} WireNote */
/** @typedef {import("./wire.js").Mark} Mark */

/** How much of the past is kept, in frames: what can be pointed at. */
const KEPT = 90 * 48000;

/**
 * @typedef {WireNote & {piece: Piece, voice: number, data: boolean}} Note
 * @typedef {{frame: number, value: number}} Reading
 */

export class Score {
  constructor() {
    /** @type {Note[]} by frame */
    this.notes = [];
    /** @type {Mark[]} sections, captions, chords, keys and tempos, by frame */
    this.marks = [];
    /** @type {Piece[]} the one that is on and those before it or to come */
    this.pieces = [];
    /** @type {Map<string, Reading[]>} by signal */
    this.signals = new Map();
    /** @type {Map<string, string>} */
    this.sources = new Map();
    /** @type {Map<number, Mark[]>} what stood and will stand in each place of the board, by frame */
    this.board = new Map();
    /** Of the station: one counting of frames. */
    this.run = "";
    /** Everything before this frame is known. */
    this.known = 0;
  }

  /** @param {Piece} piece */
  begin(piece) {
    this.notes = [];
    this.marks = [];
    this.signals.clear();
    this.sources.clear();
    this.board.clear();
    this.pieces = [piece];
    this.known = 0;
  }

  /**
   * Another piece goes on from its frame.
   * @param {Piece} piece
   */
  change(piece) {
    this.pieces.push(piece);
    if (this.pieces.length > 4) this.pieces.shift();
  }

  /** @param {number} frame */
  pieceAt(frame) {
    for (let i = this.pieces.length - 1; i > 0; i--) if (this.pieces[i].from <= frame) return this.pieces[i];
    return this.pieces[0];
  }

  /**
   * @param {{notes: WireNote[], marks: Mark[], until: number}} m
   */
  add(m) {
    for (const n of m.notes) {
      const piece = this.pieceAt(n.frame);
      if (!piece) continue;
      const voice = piece.voices.findIndex((v, i) => (v.slot ?? i) === n.slot);
      const data = n.cause !== null && n.cause.event > 0;
      this.notes.push({ ...n, piece, voice, data });
    }
    this.mark(m.marks);
    this.known = m.until;
    this.forget(m.until - KEPT);
  }

  /** @param {Mark[]} marks */
  mark(marks) {
    for (const m of marks) {
      if (m.kind === "signal") this.signal(m);
      else if (m.kind === "board") this.place(m);
      else if (m.kind === "state") this.sources.set(m.name ?? "", m.text ?? "");
      else if (!this.marks.some((o) => o.kind === m.kind && o.frame === m.frame && o.tick === m.tick && o.text === m.text)) this.marks.push(m);
    }
  }

  /** @param {Mark} m */
  signal(m) {
    const info = this.pieceAt(m.frame)?.signals[m.index ?? -1];
    if (!info || info.hidden || !Number.isFinite(m.value)) return;
    let list = this.signals.get(info.name);
    if (!list) this.signals.set(info.name, (list = []));
    list.push({ frame: m.frame, value: /** @type {number} */ (m.value) });
  }

  /** @param {Mark} m */
  place(m) {
    const list = this.board.get(m.index ?? -1) ?? [];
    this.board.set(m.index ?? -1, list);
    // A keyframe says again what holds.
    if (!list.some((o) => o.frame === m.frame && o.text === m.text)) list.push(m);
    while (list.length > 64) list.shift();
  }

  /**
   * What stands on the board at a frame, row by row; null if the piece has none, or
   * nothing stands there.
   * @param {number} frame
   * @returns {string[][] | null}
   */
  boardAt(frame) {
    const piece = this.pieceAt(frame);
    const board = piece?.board;
    if (!board) return null;
    let filled = false;
    const rows = Array.from({ length: board.rows }, (_, r) =>
      board.columns.map((_, c) => {
        const m = this.board.get(r * board.columns.length + c)?.findLast((o) => o.frame <= frame && o.frame >= piece.from);
        if (m?.text) filled = true;
        return m?.text ?? "";
      }),
    );
    return filled ? rows : null;
  }

  /** @param {number} before */
  forget(before) {
    if (this.notes.length > 64 && this.notes[32].frame < before) this.notes = this.notes.filter((n) => n.frame >= before);
    if (this.marks.length > 64 && this.marks[32].frame < before) {
      // What holds is kept however old it is.
      const last = new Map(this.marks.map((m) => [m.kind, m]));
      this.marks = this.marks.filter((m) => m.frame >= before || last.get(m.kind) === m);
    }
    for (const list of this.signals.values()) while (list.length > 2 && list[1].frame < before) list.shift();
  }

  /**
   * The last mark of a kind up to a frame.
   * @param {string} kind
   * @param {number} frame
   */
  holds(kind, frame) {
    let found = null;
    for (const m of this.marks) if (m.kind === kind && m.frame <= frame && (!found || m.frame >= found.frame)) found = m;
    return found;
  }

  /**
   * What a signal says at a frame.
   * @param {string} name
   * @param {number} frame
   */
  reading(name, frame) {
    const list = this.signals.get(name) ?? [];
    for (let i = list.length - 1; i >= 0; i--) if (list[i].frame <= frame) return list[i].value;
    return null;
  }
}
