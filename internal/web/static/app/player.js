// Which moment is shown: the present, or a moment of the past that is looked at
// or played. The past comes from the server, in pieces.

import { history } from "./link.js";
import { Tape } from "./tape.js";

const DELAY = 120; // ms that the present is shown late, so that motion is smooth
const PRESENT = 90000; // ms of the present that are kept here
const PIECE = 10000; // ms of the past that are fetched at once
const PIECES = 6; // that are kept

export class Player {
  constructor({ replay, changed }) {
    this.replay = replay; // there is no present, only a recording
    this.changed = changed; // called when the state of playing has changed
    this.live = new Tape();
    this.past = new Tape();
    this.pieces = new Map(); // number -> "asked" | "here"
    this.mode = replay ? "past" : "live";
    this.playing = replay;
    this.speed = 1;
    this.t = 0;
    this.end = 0; // the latest moment that exists
    this.offset = null; // server time minus ours
    this.problem = "";
  }

  /** Takes a frame of the present. */
  frame(f) {
    const now = performance.now();
    const offset = f.t - now;
    // A late frame says less about the clock than an early one.
    this.offset = this.offset === null || Math.abs(offset - this.offset) > 2000 ? offset : Math.max(offset, this.offset - 0.5);
    if (f.t < this.live.last) this.reset();
    this.live.addFrame(f);
    this.end = Math.max(this.end, f.t);
    this.trim();
  }

  /** Takes the server's time. */
  beat(t) {
    if (this.offset === null) this.offset = t - performance.now();
    this.end = Math.max(this.end, t);
  }

  happen(list) {
    const shown = this.t;
    for (const h of list) {
      if (h.t < shown && this.mode === "live") h.shown = shown;
      this.live.addHappen(h);
    }
  }

  /** Begins anew: the server was started again. */
  reset() {
    this.live = new Tape();
    this.past = new Tape();
    this.pieces.clear();
    this.end = 0;
    this.offset = null;
    if (!this.replay) this.mode = "live";
    this.changed();
  }

  /** The tape that has what is shown. */
  get tape() {
    return this.mode === "live" ? this.live : this.past;
  }

  /** Goes on by so many milliseconds of a person's time. */
  advance(wall) {
    if (this.offset !== null) this.end = Math.max(this.end, performance.now() + this.offset);
    if (this.mode === "live") {
      if (this.offset !== null) this.t = Math.max(this.t, performance.now() + this.offset - DELAY);
      return;
    }
    if (this.playing && this.ready()) {
      this.t += wall * this.speed;
      if (this.t >= this.end - DELAY) {
        this.t = this.end - DELAY;
        if (this.replay) this.pause();
        else this.goLive();
      }
    }
    this.fetch();
  }

  /** Forgets what is too old. The tab may be hidden, or the past be looked at:
   *  the present comes all the same. */
  trim() {
    const from = this.end - PRESENT;
    if (this.live.first < from - 5000) this.live.keep(from, Infinity, this.end - 3600000);
  }

  seek(t) {
    this.t = Math.min(Math.max(0, t), this.end);
    if (this.mode === "live") {
      this.mode = "past";
      this.playing = false;
    }
    // Close to the present the newest piece grows: it is fetched anew.
    for (const [n, state] of this.pieces) if (state.upTo < (n + 1) * PIECE && state.here) this.pieces.delete(n);
    this.fetch();
    this.changed();
  }

  play() {
    if (this.mode === "live") return;
    if (this.replay && this.t >= this.end - DELAY) this.t = 0;
    this.playing = true;
    this.changed();
  }

  pause() {
    if (this.mode === "live") this.seek(this.t);
    this.playing = false;
    this.changed();
  }

  toggle() {
    if (this.mode !== "live" && !this.playing) this.play();
    else this.pause();
  }

  goLive() {
    if (this.replay) return;
    this.mode = "live";
    this.playing = false;
    this.t = this.offset === null ? this.t : performance.now() + this.offset - DELAY;
    this.changed();
  }

  /** Whether the piece with this moment is here. */
  ready() {
    return Boolean(this.pieces.get(Math.floor(this.t / PIECE))?.here);
  }

  fetch() {
    const n = Math.floor(this.t / PIECE);
    this.ask(n);
    if (this.playing) this.ask(n + 1);
  }

  async ask(n) {
    const from = n * PIECE;
    if (n < 0 || from > this.end || this.pieces.has(n)) return;
    const piece = { here: false, upTo: Math.min(this.end, from + PIECE) };
    this.pieces.set(n, piece);
    try {
      const h = await history(from, piece.upTo);
      if (this.pieces.get(n) !== piece) return;
      this.drop(n);
      this.past.keepOut(from, from + PIECE);
      for (const f of h.frames) this.past.addFrame(f);
      for (const e of h.happens) this.past.addHappen(e);
      piece.here = true;
      this.problem = "";
    } catch (error) {
      this.pieces.delete(n);
      this.problem = error.message;
      // Not at once again: the next movement of the hand, or a second, will do.
      this.pieces.set(n, { here: false, upTo: 0 });
      setTimeout(() => this.pieces.delete(n), 1000);
    }
    this.changed();
  }

  /** Forgets the pieces farthest from this one. */
  drop(n) {
    const far = [...this.pieces.keys()].sort((a, b) => Math.abs(b - n) - Math.abs(a - n));
    while (this.pieces.size > PIECES) {
      const p = far.shift();
      this.pieces.delete(p);
      this.past.keepOut(p * PIECE, (p + 1) * PIECE);
    }
  }
}
