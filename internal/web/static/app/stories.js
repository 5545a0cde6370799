// Chooses which press is told in slow motion: a press of the person at this page
// at once, another one when nothing else is being told.

import { lifeOf } from "./life.js";

const REST = 4000; // ms that a story stays before one that nobody here asked for
const LATE = 400; // ms by which happenings may come after their time
const MINE = 5000; // ms in which a press that was asked for must happen

export class Stories {
  constructor(view) {
    this.view = view;
    this.expected = [];
    this.waiting = [];
    this.seen = null;
    this.ended = 0;
  }

  /** Says that somebody here has pressed this button. */
  expect(id, button, floor) {
    this.expected.push({ id, button, floor, at: performance.now() });
  }

  isMine(press) {
    const now = performance.now();
    this.expected = this.expected.filter((e) => now - e.at < MINE);
    const i = this.expected.findIndex((e) => e.id === press.id && e.button === press.button && e.floor === press.floor);
    if (i >= 0) this.expected.splice(i, 1);
    return i >= 0;
  }

  /** Looks for presses that have come to be seen, and begins with a story if
   *  there's one that is over. */
  look(player, story) {
    const { tape, t } = player;
    const known = player.mode === "live" ? player.end - LATE : tape.last;
    if (this.seen === null || t < this.seen || t - this.seen > 3000 || this.tape !== tape) {
      this.waiting = [];
      this.seen = t - 300;
      this.tape = tape;
    }
    // A press may be told a little after its time.
    const from = this.seen - LATE;
    for (const press of tape.between(from, t, "event")) {
      if (press.kind !== "press" || press.looked === this) continue;
      press.looked = this;
      this.waiting.push({ press, mine: this.isMine(press) });
    }
    this.seen = t;
    if (this.view.busy) this.ended = performance.now();
    // In a guided scene every press belongs to what is being shown.
    const rest = tape.at(t)?.frame.scene ? 0 : REST;
    const idle = performance.now() - this.ended > rest || !this.view.life;
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const { press, mine } = this.waiting[i];
      if (!mine && !idle) continue;
      const { nodes, disk } = reached(press, tape);
      if (!nodes.length) {
        this.waiting.splice(i, 1);
        if (mine) this.view.refuse(press);
        continue;
      }
      const life = lifeOf(press, tape, nodes, known, disk);
      if (!life) continue;
      this.waiting.splice(0, i + 1);
      this.view.play(life);
      this.ended = performance.now();
      return;
    }
    // What has waited for long is of no interest any more.
    this.waiting = this.waiting.filter((w) => w.mine || t - w.press.t < 5000);
  }
}

/** The nodes that a press reaches: its own, and those linked with it; none if its
 *  own one is dead. */
function reached(press, tape) {
  const frame = tape.at(press.t)?.frame;
  const own = frame?.ws.find((w) => w.id === press.id);
  if (!own) return { nodes: [press.id] };
  if (!own.alive || own.frozen) return { nodes: [] };
  const nodes = frame.ws.filter((w) => w === own || (w.alive && !w.frozen && own.linked?.includes(w.id))).map((w) => w.id);
  return { nodes, disk: own.disk };
}
