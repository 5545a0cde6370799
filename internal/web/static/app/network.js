// Who hears whom, and the datagrams between them. A way that works is a quiet
// line; one on which nothing arrives is broken and says so by its form. Dots are
// true datagrams, flying slower than they do.

import { attr, calm, html, svg, text, toggle } from "./dom.js";
import { Dots } from "./dots.js";
import { Graph } from "./graph.js";
import { nodeState } from "./model.js";

const FLIGHT = 480; // ms that a dot is seen; a datagram takes a fraction of one
const DEATH = 0.55; // of its way that a lost one is seen to go
const WIDTH = 320;
const HEIGHT = 236;

export class Network {
  constructor(root, hello, { select }) {
    this.graph = new Graph(hello.nodes, { cx: 160, cy: 118, rx: hello.nodes.length > 5 ? 128 : 112, ry: hello.nodes.length > 5 ? 94 : 84, node: hello.nodes.length > 8 ? 12 : 17 });
    const ways = svg("g", { class: "g-ways" });
    this.ways = new Map();
    for (const [from, to] of this.graph.pairs()) {
      const line = svg("path", { d: this.graph.path(from, to), class: "g-way", "marker-end": "url(#tip)" });
      this.ways.set(from + ">" + to, line);
      ways.append(line);
    }
    this.dots = new Dots(WIDTH, HEIGHT);
    this.boxes = new Map();
    const boxes = svg("g");
    for (const id of hello.nodes) {
      const box = this.graph.box(id);
      box.addEventListener("click", () => select(id));
      this.boxes.set(id, box);
      boxes.append(box);
    }
    this.summary = html("p", { class: "note", role: "status", "aria-live": "off" });
    root.replaceChildren(
      html("div", { class: "graph-box" }, svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "graph", role: "img", "aria-labelledby": "network-title" },
        svg("defs", {}, svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 6.5, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto-start-reverse" },
          svg("path", { d: "M0.8 1 L7 4 L0.8 7", class: "g-tip" }))),
        ways, boxes), this.dots.root),
      this.summary);
  }

  set({ frame }, happens, now, selected) {
    if (frame !== this.frame || selected !== this.selected) this.state(frame, selected);
    this.frame = frame;
    this.selected = selected;
    this.fly(happens, now);
  }

  /** Shows who is there and who hears whom. */
  state(frame, selected) {
    const broken = [];
    for (const ws of frame.ws) {
      const state = nodeState(ws);
      const box = this.boxes.get(ws.id);
      if (!box) continue;
      attr(box, "data-level", state.level);
      toggle(box, "selected", selected === ws.id);
      for (const other of frame.ws) {
        if (other === ws) continue;
        const line = this.ways.get(other.id + ">" + ws.id);
        if (!line) continue;
        const possible = ws.alive && other.alive && !ws.frozen && !other.frozen;
        const heard = possible && (ws.hears ?? []).includes(other.id);
        toggle(line, "gone", !possible);
        toggle(line, "unheard", possible && !heard);
        if (possible && !heard) broken.push([other.id, ws.id]);
      }
    }
    text(this.summary, this.say(frame, broken));
  }

  say(frame, broken) {
    const up = frame.ws.filter((ws) => ws.alive && !ws.frozen);
    const loss = frame.loss ? ` ${frame.loss} % of all datagrams are lost.` : "";
    if (!broken.length) return (up.length === 1 ? `Only node ${up[0].id} runs.` : `All ${up.length} running nodes hear each other.`) + loss;
    const alone = up.filter((ws) => broken.filter((way) => way.includes(ws.id)).length === 2 * (up.length - 1));
    if (alone.length === up.length) return "Nobody hears anybody." + loss;
    if (alone.length) return alone.map((ws) => `Node ${ws.id} hears nobody, and nobody hears it.`).join(" ") + loss;
    if (broken.length > 3) return `${broken.length} of ${up.length * (up.length - 1)} ways are dead.` + loss;
    return broken.map(([from, to]) => `${to} doesn't hear ${from}`).join("; ") + "." + loss;
  }

  fly(happens, now) {
    this.dots.begin();
    if (!calm()) {
      for (const h of happens.between(now - FLIGHT, now, "dot")) {
        const share = (now - (h.shown ?? h.t)) / FLIGHT;
        if (share < 0 || share > 1) continue;
        const lost = h.kind === "lost";
        const p = this.graph.along(h.from, h.to, lost ? Math.min(share, DEATH) : share);
        if (!p) continue;
        if (lost && share > DEATH) this.dots.cross(p, (share - DEATH) / (1 - DEATH));
        else this.dots.dot(p, Boolean(h.news));
      }
    }
    this.dots.end();
  }
}
