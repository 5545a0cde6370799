// The building: for each node its panel of hall buttons, its shaft with the car,
// its cab buttons, and a thin line from the car to the call that it goes for.

import { attr, html, show, style, svg, text, toggle } from "./dom.js";
import { CallButton } from "./lamp.js";
import { carState, exists, goals, has, knowledge, nodeState } from "./model.js";

// What is wrong with a car, drawn inside it.
const FLAGS = {
  none: "",
  lost: "M9 8.5a3 3 0 1 1 4.4 2.7c-1 .5-1.4 1-1.4 2.3 M12 17v.4",
  powerless: "M13 3 L6.5 13.5 H11.5 L10.5 21 L17.5 10 H12.5 Z",
  blocked: "M6 9 L12 5.5 L18 9 V16.5 L12 20 L6 16.5 Z M6 9 L12 12.5 L18 9 M12 12.5 V20",
  stopped: "M8.5 4 H15.5 L20 8.5 V15.5 L15.5 20 H8.5 L4 15.5 V8.5 Z M8 12 H16",
};

class Column {
  constructor(hello, id, { press, select }) {
    this.id = id;
    this.hello = hello;
    const floors = hello.floors;
    this.buttons = [];

    this.state = html("span", { class: "node-word" }, "…");
    this.head = html("button", { type: "button", class: "node-box", "aria-pressed": "false", "data-select": id, onclick: () => select(id) },
      html("span", { class: "node-id" }, id), this.state);

    const hall = html("div", { class: "hall", role: "group", "aria-label": `hall buttons on panel ${id}` });
    const cab = html("div", { class: "cab", role: "group", "aria-label": `buttons in car ${id}` });
    for (let f = floors - 1; f >= 0; f--) {
      const pair = html("div", { class: "pair" });
      for (const button of ["up", "down"]) {
        if (exists(floors, button, f)) pair.append(this.button(button, f, press));
        else pair.append(html("span", { class: "no-call" }));
      }
      hall.append(pair);
      cab.append(html("div", { class: "pair" }, this.button("cab", f, press)));
    }

    this.arrow = html("span", { class: "car-arrow", "aria-hidden": "true" }, "");
    this.flag = svg("path", { d: "" });
    this.car = html("div", { class: "car" },
      html("div", { class: "car-inside" }, svg("svg", { viewBox: "0 0 24 24", class: "car-flag" }, this.flag)), html("div", { class: "door door-left" }), html("div", { class: "door door-right" }), this.arrow);
    this.upright = html("div", { class: "upright", hidden: true });
    this.goal = null;
    this.shaft = html("div", { class: "shaft", "aria-hidden": "true" });
    for (let f = 1; f < floors; f++) {
      const sill = html("i", { class: "sill" });
      sill.style.setProperty("--at", f);
      this.shaft.append(sill);
    }
    this.shaft.append(this.upright, this.car);

    this.later = svg("path", { class: "goal goal-later" });
    this.next = svg("path", { class: "goal goal-next" });
    this.end = svg("circle", { class: "goal-end", r: 2.6 });
    this.lines = svg("svg", { class: "goals", "aria-hidden": "true" }, this.later, this.next, this.end);

    this.body = html("div", { class: "ws-body" }, hall, this.shaft, cab, this.lines);
    this.word = html("p", { class: "car-word" }, "");
    this.root = html("section", { class: hello.press ? "ws" : "ws watched", "aria-label": `workspace ${id}`, "data-ws": id }, this.head, this.body, this.word);
  }

  button(button, floor, press) {
    const b = new CallButton({ node: this.id, button, floor, all: this.hello.nodes.length, press });
    this.buttons.push({ button, floor, view: b });
    return b.root;
  }

  /** Where things are, in pixels of the body; read once per change of size. */
  measure() {
    const box = this.body.getBoundingClientRect();
    const shaft = this.shaft.getBoundingClientRect();
    this.size = { w: box.width, h: box.height, x: shaft.left - box.left + shaft.width / 2, top: shaft.top - box.top, row: shaft.height / this.hello.floors };
    this.places = new Map();
    for (const { button, floor, view } of this.buttons) {
      const r = view.root.getBoundingClientRect();
      this.places.set(button + floor, { x: r.left - box.left + r.width / 2, y: r.top - box.top + r.height / 2, r: r.width / 2 });
    }
    attr(this.lines, "viewBox", `0 0 ${box.width} ${box.height}`);
  }

  /** Shows a workspace; what depends on the car's place alone is in move. */
  set(ws, selected) {
    const { nodes } = this.hello;
    const node = nodeState(ws);
    const car = carState(ws);
    text(this.state, node.word);
    attr(this.head, "data-level", node.level);
    attr(this.head, "aria-pressed", String(selected));
    attr(this.head, "aria-label", `node ${this.id}: ${node.word}, ${node.why}; select it for faults`);
    attr(this.head, "title", `node ${this.id} ${node.word}: ${node.why}`);
    toggle(this.root, "unseen", ws.panel === false);
    toggle(this.root, "dead", !ws.alive || ws.frozen);
    toggle(this.root, "selected", selected);
    text(this.word, car.word);
    attr(this.word, "data-level", car.level);

    toggle(this.car, "open", ws.door);
    toggle(this.car, "blocked", ws.obstructed);
    toggle(this.car, "powerless", ws.motor === false);
    toggle(this.car, "lost", ws.server === false);
    text(this.arrow, ws.dir > 0 ? "▲" : ws.dir < 0 ? "▼" : "");
    attr(this.flag, "d", FLAGS[ws.server === false ? "lost" : ws.motor === false ? "powerless" : ws.obstructed ? "blocked" : ws.stop ? "stopped" : "none"]);

    const known = knowledge(ws);
    const place = new Map(nodes.map((id, i) => [id, i]));
    for (const { button, floor, view } of this.buttons) {
      const call = known.get(button === "cab" ? `cab/${this.id}/${floor}` : `${button}/${floor}`);
      const open = call && (call.phase === "pressed" || call.phase === "lit");
      const holders = open ? new Set((call.holders ?? []).map((id) => place.get(id)).filter((i) => i !== undefined)) : null;
      view.set(has(ws.lamps?.[button], floor), holders, nodes.length);
    }
  }

  /** Puts the car to its place, and the upright part of its line with it: that
   *  moves with each frame of the screen, and is all that does. */
  move(ws, pos) {
    if (!this.size) this.measure();
    if (this.moved === ws && this.pos === pos && this.drawn === this.size) return;
    const fresh = this.moved !== ws || this.drawn !== this.size;
    this.moved = ws;
    this.pos = pos;
    this.drawn = this.size;
    style(this.car, "transform", `translateY(${(-pos * this.size.row).toFixed(2)}px)`);
    if (fresh) this.point(ws);
    if (this.goal === null) return;
    const top = this.size.row * (this.hello.floors - 0.5 - Math.max(pos, this.goal));
    style(this.upright, "transform", `translateY(${top.toFixed(2)}px) scaleY(${(this.size.row * Math.abs(pos - this.goal)).toFixed(2)})`);
  }

  /** Draws the lines to where the car goes: to the next call, and from there to
   *  those behind it. */
  point(ws) {
    const all = ws.alive && ws.server !== false ? goals(ws, this.hello.floors).filter((g) => this.places.has(g.button + g.floor)) : [];
    this.goal = all.length ? all[0].floor : null;
    show(this.upright, all.length > 0);
    show(this.end, all.length > 0);
    const y = (floor) => this.size.top + (this.hello.floors - 0.5 - floor) * this.size.row;
    const to = (g) => {
      const p = this.places.get(g.button + g.floor);
      const side = p.x < this.size.x ? -1 : 1;
      return { x: p.x - side * (p.r + 1), y: p.y, bend: this.size.x + side * 12 };
    };
    const line = (g, from) => {
      const p = to(g);
      return `M${this.size.x} ${y(from).toFixed(1)}V${y(g.floor).toFixed(1)}L${p.bend.toFixed(1)} ${y(g.floor).toFixed(1)}L${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
    };
    attr(this.next, "d", all.length ? line(all[0], all[0].floor) : "");
    attr(this.later, "d", all.slice(1).map((g) => line(g, all[0].floor)).join(""));
    if (all.length) {
      const p = to(all[0]);
      attr(this.end, "cx", p.x.toFixed(1));
      attr(this.end, "cy", p.y.toFixed(1));
    }
  }
}

export class Building {
  constructor(root, hello, hands) {
    this.columns = hello.nodes.map((id) => new Column(hello, id, hands));
    const floors = html("div", { class: "floors", "aria-hidden": "true" });
    for (let f = hello.floors - 1; f >= 0; f--) floors.append(html("span", {}, String(f)));
    const row = html("div", { class: "columns" }, html("div", { class: "floor-scale" }, floors), ...this.columns.map((c) => c.root));
    row.style.setProperty("--floors", hello.floors);
    row.style.setProperty("--nodes", hello.nodes.length);
    root.replaceChildren(row);
    root.classList.toggle("many-floors", hello.floors > 6);
    root.classList.toggle("many-nodes", hello.nodes.length > 4);
    new ResizeObserver(() => this.columns.forEach((c) => c.measure())).observe(row);
  }

  /** Shows a moment: the frame there, and the next one with how far it is to it. */
  set({ frame, next, mix }, selected) {
    const fresh = frame !== this.frame || selected !== this.selected;
    this.frame = frame;
    this.selected = selected;
    frame.ws.forEach((ws, i) => {
      const column = this.columns[i];
      if (!column) return;
      const to = next?.ws[i]?.pos ?? ws.pos;
      // A car that is put elsewhere jumps; one that moves glides.
      const pos = Math.abs(to - ws.pos) < 1 ? ws.pos + (to - ws.pos) * mix : ws.pos;
      if (fresh) column.set(ws, selected === ws.id);
      column.move(ws, pos);
    });
  }
}
