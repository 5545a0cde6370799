// A press in slow motion. What takes a few milliseconds is played in some
// seconds, true to scale: the page says how much slower, and gives the true
// times.

import { attr, calm, html, show, svg, text, toggle } from "./dom.js";
import { Graph, Pool } from "./graph.js";
import { Lamp } from "./lamp.js";
import { promise, steps } from "./life.js";
import { ARROW, callName, ms } from "./words.js";

const PLAYED = 5200; // ms that the slow motion takes
const TRAIL = 380; // ms that the trace of a datagram stays visible
const W = 440;
const H = 264;

export class LifeView {
  constructor(root, hello) {
    this.ids = hello.nodes;
    this.title = html("p", { class: "life-title" }, "No button has been pressed yet");
    this.speed = html("p", { class: "life-speed" }, hello.press ? "Press any ▲ or ▼, and see here how its lamp comes to be lit." : "When a button is pressed in the building, its life is told here.");
    this.again = html("button", { type: "button", class: "quiet", hidden: true, title: "once more (S)", "aria-label": "once more in slow motion", onclick: () => this.play(this.life) }, "↻");
    this.list = html("ol", { class: "life-steps" });
    this.items = Array.from({ length: 7 }, () => {
      const at = html("span", { class: "at" });
      const what = html("span", {});
      const li = html("li", { hidden: true }, at, what);
      this.list.append(li);
      return { li, at, what };
    });
    this.ruler = svg("g", { class: "ruler" });
    this.stage = svg("g", {});
    root.replaceChildren(
      html("div", { class: "life-head" }, html("div", {}, this.title, this.speed), this.again),
      svg("svg", { viewBox: `0 0 ${W} ${H}`, class: "life-stage", "aria-hidden": "true" }, this.stage, this.ruler),
      this.list);
    this.build(hello.nodes[0], "up");
    this.buildRuler();
  }

  /** Lays the drawing out with this origin: it stands left, the peers right. */
  build(origin, button) {
    if (this.origin === origin && this.button === button) return;
    this.origin = origin;
    this.button = button;
    const peers = this.ids.filter((id) => id !== origin);
    const size = Math.max(7, Math.min(17, 92 / Math.max(1, peers.length)));
    this.graph = new Graph([], { cx: 0, cy: 0, rx: 0, node: size, bend: 0.1 });
    this.graph.ids = this.ids;
    this.graph.at.set(origin, { x: 154, y: 104 });
    const gap = Math.min(78, 190 / Math.max(1, peers.length));
    peers.forEach((id, i) => this.graph.at.set(id, { x: 322, y: 104 + (i - (peers.length - 1) / 2) * gap }));

    this.ways = new Map();
    const ways = svg("g", { class: "g-ways" });
    for (const [from, to] of this.graph.pairs()) {
      const way = svg("path", { d: this.graph.path(from, to), class: from === origin || to === origin ? "g-way life-way" : "g-way life-way far" });
      this.ways.set(from + ">" + to, way);
      ways.append(way);
    }
    const marks = svg("g");
    this.trails = new Pool(marks, 60, () => svg("path", { class: "trail" }));
    this.dots = new Pool(marks, 60, () => svg("circle", { r: 4 }));
    this.dead = new Pool(marks, 40, () => svg("path", { d: "M-4.5 -4.5 L4.5 4.5 M4.5 -4.5 L-4.5 4.5", class: "dot-dead" }));
    this.boxes = new Map();
    this.lamps = new Map();
    const boxes = svg("g");
    for (const id of this.ids) {
      const box = this.graph.box(id);
      this.boxes.set(id, box);
      boxes.append(box);
      if (id === origin) continue;
      const lamp = new Lamp(button, this.ids.length);
      const p = this.graph.at.get(id);
      const s = Math.min(40, size * 2.3);
      for (const [k, v] of Object.entries({ x: p.x + size + 8, y: p.y - s / 2, width: s, height: s })) lamp.root.setAttribute(k, v);
      this.lamps.set(id, lamp);
      boxes.append(lamp.root);
    }
    const main = new Lamp(button, this.ids.length);
    for (const [k, v] of Object.entries({ x: 14, y: 54, width: 100, height: 100 })) main.root.setAttribute(k, v);
    main.root.classList.add("lamp-main");
    this.main = main;
    // A node's own name at its segment of the ring.
    const names = svg("g", { class: "segment-names" });
    if (this.ids.length <= 6) this.ids.forEach((id, i) => {
      const a = ((i + 0.5) / this.ids.length) * 2 * Math.PI - Math.PI / 2;
      const name = svg("text", { x: (64 + 56 * Math.cos(a)).toFixed(1), y: (104 + 56 * Math.sin(a)).toFixed(1), "text-anchor": "middle", dy: "0.35em" });
      name.textContent = id;
      names.append(name);
    });
    this.verdict = svg("text", { x: 20, y: 196, class: "verdict" });
    this.stage.replaceChildren(ways, marks, boxes, main.root, names, this.verdict);
  }

  buildRuler() {
    const y = H - 38;
    this.line = svg("line", { x1: 20, x2: W - 20, y1: y, y2: y, class: "ruler-line" });
    this.done = svg("line", { x1: 20, x2: 20, y1: y, y2: y, class: "ruler-done" });
    this.ticks = new Pool(this.ruler, 0, () => null);
    const g = svg("g");
    this.ruler.append(this.line, this.done, g);
    this.ticks = new Pool(g, 90, () => svg("line", {}));
    this.scale = Array.from({ length: 5 }, (_, i) => {
      const label = svg("text", { x: 20 + ((W - 40) * i) / 4, y: y + 24, class: "ruler-label", "text-anchor": i === 0 ? "start" : i === 4 ? "end" : "middle" });
      this.ruler.append(label);
      return label;
    });
    this.head = svg("path", { d: "M-5 -9 L5 -9 L0 -2 Z", class: "ruler-head", transform: `translate(20 ${y})` });
    this.ruler.append(this.head);
    this.y = y;
    show(this.ruler, false);
  }

  /** Whether a story is being told. */
  get busy() {
    return Boolean(this.life) && this.clock < this.life.length;
  }

  /** Says why a press has no story. */
  refuse(press) {
    this.title.textContent = `${ARROW[press.button]} floor ${press.floor}, pressed on panel ${press.id}`;
    this.speed.textContent = `Node ${press.id} doesn't run: nobody hears this button, and its lamp stays dark. Nothing is promised.`;
  }

  /** Tells a story from its beginning. */
  play(life) {
    if (!life) return;
    this.life = life;
    this.build(life.press.id, life.press.button);
    this.clock = calm() ? life.length : -life.length * 0.06;
    this.factor = PLAYED / life.length;
    this.story = steps(life, (c) => `${ARROW[c.button]} ${callName(c)}`);
    this.title.textContent = `${ARROW[life.press.button]} ${life.press.button === "cab" ? "" : life.press.button + " at "}floor ${life.press.floor}, pressed ${life.press.button === "cab" ? "in car" : "on panel"} ${life.press.id}`;
    const slow = this.factor >= 1.5 ? `shown ${Math.round(this.factor)} times slower` : "shown at true speed";
    this.speed.textContent = life.toLamp === null ? `not lit after ${ms(life.length)}` : `press to lamp: ${ms(life.toLamp)}, ${slow}`;
    this.again.hidden = false;
    this.story.slice(0, 7).forEach((s, i) => {
      this.items[i].li.hidden = false;
      this.items[i].li.dataset.kind = s.kind;
      this.items[i].at.textContent = ms(Math.max(0, s.at));
      this.items[i].what.textContent = s.text;
    });
    for (let i = this.story.length; i < 7; i++) this.items[i].li.hidden = true;
    show(this.ruler, true);
    this.mark();
    this.over = false;
    this.render(0);
  }

  x(t) {
    return 20 + (W - 40) * Math.min(1, Math.max(0, t / this.life.length));
  }

  /** Puts the marks of the ruler: what happened when. */
  mark() {
    this.ticks.begin();
    const put = (t, cls, up, down) => {
      const line = this.ticks.take();
      if (!line) return;
      const x = this.x(t - this.life.press.t).toFixed(1);
      for (const [k, v] of Object.entries({ x1: x, x2: x, y1: this.y - up, y2: this.y + down, class: "tick " + cls })) line.setAttribute(k, v);
    };
    for (const f of this.life.flights) put(f.end, f.lost ? "tick-lost" : f.news ? "tick-news" : "tick-idle", 0, 5);
    for (const t of this.life.held.values()) put(t, "tick-held", 7, 0);
    for (const t of this.life.lamps.values()) put(t, "tick-lamp", 11, 0);
    this.ticks.end();
    this.scale.forEach((label, i) => { label.textContent = i === 0 ? "0" : ms((this.life.length * i) / 4); });
  }

  /** Goes on by so many milliseconds of a person's time. */
  advance(wall) {
    if (!this.life || this.over) return;
    this.clock += wall / this.factor;
    this.over = this.clock > this.life.length + TRAIL / this.factor;
    this.render();
  }

  render() {
    const { life, clock } = this;
    const { press } = life;
    const now = press.t + clock;
    attr(this.done, "x2", this.x(clock).toFixed(1));
    attr(this.head, "transform", `translate(${this.x(clock).toFixed(1)} ${this.y})`);
    this.story.forEach((s, i) => this.items[i] && toggle(this.items[i].li, "done", s.at <= clock + 1e-6));

    const holders = new Set();
    this.ids.forEach((id, i) => { if (life.held.has(id) && life.held.get(id) <= now + 1e-6) holders.add(i); });
    const lit = (id) => life.lamps.has(id) && life.lamps.get(id) <= now + 1e-6;
    this.main.set(lit(press.id), clock >= 0 ? holders : null);
    const arrived = new Set([press.id]);
    for (const f of life.flights) if (!f.lost && f.end <= now && f.news && arrived.has(f.from)) arrived.add(f.to);
    for (const id of this.ids) {
      const holds = clock >= 0 && (arrived.has(id) || (life.held.has(id) && life.held.get(id) <= now));
      toggle(this.boxes.get(id), "holds", holds);
      toggle(this.boxes.get(id), "absent", !life.nodes.includes(id));
      this.lamps.get(id)?.set(lit(id), null);
    }
    const count = [...life.held.values()].filter((t) => t <= now + 1e-6).length;
    const all = life.nodes.length;
    text(this.verdict, clock < 0 ? "" : lit(press.id) ? promise(life, count) : `${count} of ${all} ${all === 1 ? "node" : "nodes"}`);
    toggle(this.verdict, "good", lit(press.id));
    this.fly(now);
  }

  fly(now) {
    const trail = TRAIL / this.factor;
    const life0 = this.life.press.t;
    this.trails.begin();
    this.dots.begin();
    this.dead.begin();
    for (const f of this.life.flights) {
      // A datagram is drawn for long enough to be seen, and never before the press.
      const start = Math.min(f.start, Math.max(life0, f.end - trail * 0.8));
      const share = (now - start) / Math.max(1e-6, f.end - start);
      if (share <= 0 || now > f.end + trail) continue;
      const fade = now > f.end ? 1 - (now - f.end) / trail : 1;
      const path = this.ways.get(f.from + ">" + f.to);
      if (!path) continue;
      const kind = f.news ? "news" : "idle";
      if (now <= f.end || f.lost) {
        const p = this.graph.along(f.from, f.to, f.lost ? Math.min(share, 1) * 0.55 : Math.min(share, 1));
        const mark = (f.lost && share >= 1 ? this.dead : this.dots).take();
        if (!mark) continue;
        if (!(f.lost && share >= 1)) mark.setAttribute("class", `dot dot-${kind}`);
        mark.style.opacity = fade.toFixed(2);
        mark.setAttribute("transform", `translate(${p.x.toFixed(1)} ${p.y.toFixed(1)})`);
      } else if (f.news) {
        const line = this.trails.take();
        if (!line) continue;
        if (line.way !== path) line.setAttribute("d", path.getAttribute("d"));
        line.way = path;
        line.style.opacity = (fade * 0.8).toFixed(2);
      }
    }
    this.trails.end();
    this.dots.end();
    this.dead.end();
  }
}
