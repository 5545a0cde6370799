// Nodes on a circle and the ways between them: where they are, and a place along
// a way. Two drawings use it: the network as it is, and the life of a call.

import { svg } from "./dom.js";

export class Graph {
  /** Nodes with these ids round (cx, cy). */
  constructor(ids, { cx, cy, rx, ry = rx, node = 17, bend = 0.09 }) {
    this.ids = ids;
    this.node = node;
    const turn = ids.length === 2 ? Math.PI : -Math.PI / 2;
    this.at = new Map(ids.map((id, i) => {
      const a = turn + (2 * Math.PI * i) / ids.length;
      return [id, ids.length === 1 ? { x: cx, y: cy - ry } : { x: cx + rx * Math.cos(a), y: cy + ry * Math.sin(a) }];
    }));
    this.bend = bend;
  }

  /** The way from one node to another: a slight arc, so that the two ways between
   *  them are two lines. */
  way(from, to) {
    const a = this.at.get(from);
    const b = this.at.get(to);
    if (!a || !b) return null;
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const c = { x: (a.x + b.x) / 2 - dy * this.bend, y: (a.y + b.y) / 2 + dx * this.bend };
    const edge = (p, away) => {
      const d = Math.hypot(c.x - p.x, c.y - p.y) || 1;
      return { x: p.x + ((c.x - p.x) / d) * (this.node + away), y: p.y + ((c.y - p.y) / d) * (this.node + away) };
    };
    return { a: edge(a, 2), c, b: edge(b, 4) };
  }

  path(from, to) {
    const w = this.way(from, to);
    return `M${n(w.a.x)} ${n(w.a.y)}Q${n(w.c.x)} ${n(w.c.y)} ${n(w.b.x)} ${n(w.b.y)}`;
  }

  /** The place at a share of the way. */
  along(from, to, share) {
    const w = this.way(from, to);
    if (!w) return null;
    const u = 1 - share;
    return {
      x: u * u * w.a.x + 2 * u * share * w.c.x + share * share * w.b.x,
      y: u * u * w.a.y + 2 * u * share * w.c.y + share * share * w.b.y,
    };
  }

  /** All ordered pairs of nodes. */
  *pairs() {
    for (const from of this.ids) for (const to of this.ids) if (from !== to) yield [from, to];
  }

  /** The drawing of a node. */
  box(id) {
    const p = this.at.get(id);
    const s = this.node;
    const frame = svg("rect", { x: -s, y: -s, width: 2 * s, height: 2 * s, rx: s * 0.42, class: "g-frame" });
    const name = svg("text", { class: "g-name", "text-anchor": "middle", y: 0, dy: "0.35em", "font-size": id.length > 2 ? s * 0.7 : s * 1.05 });
    name.textContent = id;
    const root = svg("g", { class: "g-node", transform: `translate(${n(p.x)} ${n(p.y)})` }, frame, name);
    return root;
  }
}

const n = (v) => v.toFixed(1);

/** Marks that come and go, of which there is a fixed number. */
export class Pool {
  constructor(parent, size, make) {
    this.items = Array.from({ length: size }, make);
    for (const e of this.items) {
      e.style.display = "none";
      parent.append(e);
    }
    this.used = 0;
    this.shown = 0;
  }

  begin() {
    this.used = 0;
  }

  /** The next free mark, or undefined if all are in use. */
  take() {
    if (this.used === this.items.length) return undefined;
    const e = this.items[this.used++];
    if (this.used > this.shown) e.style.display = "";
    return e;
  }

  end() {
    for (let i = this.used; i < this.shown; i++) this.items[i].style.display = "none";
    this.shown = this.used;
  }
}
