// A stretch of what happened: frames and happenings in order of time. One tape
// follows the present; another holds the part of the past that is looked at.

/** The place of the first item later than t. */
function after(list, t) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (list[mid].t <= t) low = mid + 1;
    else high = mid;
  }
  return low;
}

function insert(list, item) {
  if (!list.length || list[list.length - 1].t <= item.t) list.push(item);
  else list.splice(after(list, item.t), 0, item);
}

const DOT = new Set(["got", "lost"]);
const ROUTINE = new Set(["got", "lost", "sent"]);

export class Tape {
  constructor() {
    this.frames = [];
    this.dots = []; // datagrams that arrived or died
    this.datagrams = []; // those and their sending
    this.events = []; // all else
    this.sent = new Map(); // what the last datagrams said that was new
  }

  addFrame(frame) {
    insert(this.frames, frame);
  }

  addHappen(h) {
    if (ROUTINE.has(h.kind)) this.address(h);
    if (DOT.has(h.kind)) insert(this.dots, h);
    insert(ROUTINE.has(h.kind) ? this.datagrams : this.events, h);
  }

  /** Says of a datagram where it comes from, where it goes and what it carries,
   *  which only its sending tells. */
  address(h) {
    h.from = h.id;
    h.to = h.peer;
    const key = h.id + "/" + h.seq;
    if (h.kind === "sent" && h.calls?.length) {
      this.sent.set(key, h.calls);
      if (this.sent.size > 4000) this.sent.delete(this.sent.keys().next().value);
    }
    h.news = h.calls?.length ? h.calls : this.sent.get(key);
  }

  /** Happenings in (from, to]: "dot", "datagram" or "event". */
  between(from, to, what) {
    const list = what === "dot" ? this.dots : what === "datagram" ? this.datagrams : this.events;
    return list.slice(after(list, from), after(list, to));
  }

  /** The frame at t, the one behind it and how far it is to that: null while
   *  there is none. */
  at(t) {
    if (!this.frames.length) return null;
    const i = Math.max(0, after(this.frames, t) - 1);
    const frame = this.frames[i];
    const next = this.frames[i + 1];
    const span = next ? next.t - frame.t : 0;
    // After a long silence the next frame says that something changed just then.
    const from = span > 250 ? next.t - 100 : frame.t;
    const mix = next && span > 0 ? Math.min(1, Math.max(0, (t - from) / (next.t - from))) : 0;
    return { frame, next, mix };
  }

  /** Forgets what is older, or later, than that. */
  keep(from, to = Infinity, eventsFrom = from) {
    const cut = (list, low) => {
      const end = after(list, to);
      if (end < list.length) list.length = end;
      const start = after(list, low) - 1;
      // The last frame before the stretch says how it begins.
      if (start > 0) list.splice(0, start);
    };
    cut(this.frames, from);
    cut(this.dots, from);
    cut(this.datagrams, from);
    cut(this.events, eventsFrom);
  }

  /** Forgets a stretch. */
  keepOut(from, to) {
    for (const list of [this.frames, this.dots, this.datagrams, this.events]) {
      const start = after(list, from - 1e-3);
      list.splice(start, after(list, to) - start);
    }
  }

  get last() {
    return this.frames.length ? this.frames[this.frames.length - 1].t : -Infinity;
  }

  get first() {
    return this.frames.length ? this.frames[0].t : Infinity;
  }
}
