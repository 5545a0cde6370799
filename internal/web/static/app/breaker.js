// What can be broken, and mended: of one node that is selected, and of all.

import { attr, html, show, text, toggle } from "./dom.js";
import { nodeState } from "./model.js";

/** Each fault: what it is called, whether it is there, and what asks for it. The
 *  key is that of the keyboard. */
const FAULTS = [
  { group: "computer", kind: "kill", key: "K", name: "kill", undo: "restart", undoKind: "restart", is: (w) => !w.alive, tip: "its process ends at once, as in a crash" },
  { group: "computer", kind: "wipe", name: "restart, disk lost", only: (w) => !w.alive, tip: "as a new computer that knows nothing" },
  { group: "computer", kind: "freeze", key: "F", name: "freeze", undo: "thaw", undoKind: "thaw", is: (w) => w.frozen, needs: (w) => w.alive, tip: "its process stands still without being told" },
  { group: "computer", kind: "disk", name: "disk fails", undo: "disk works", is: (w) => w.disk === "failing", tip: "nothing it stores can be relied on" },
  { group: "cable", kind: "unplug", way: "both", key: "U", name: "unplug", undo: "plug in", is: (w) => w.cutIn && w.cutOut, tip: "nothing goes in or out" },
  { group: "cable", kind: "unplug", way: "in", name: "make deaf", undo: "hear again", is: (w) => w.cutIn && !w.cutOut, tip: "it is heard, and hears nobody" },
  { group: "cable", kind: "unplug", way: "out", name: "make mute", undo: "speak again", is: (w) => w.cutOut && !w.cutIn, tip: "it hears, and nobody hears it" },
  { group: "elevator", kind: "motor", key: "M", name: "motor power off", undo: "motor power on", is: (w) => !w.motor, tip: "the car stops where it is" },
  { group: "elevator", kind: "obstruct", key: "O", name: "block the door", undo: "free the door", is: (w) => w.obstructed, tip: "the obstruction switch" },
  { group: "elevator", kind: "server", key: "E", name: "cut off the elevator", undo: "connect the elevator", is: (w) => !w.server, tip: "the node loses its elevator server" },
  { group: "elevator", kind: "stop", name: "stop button", undo: "stop button: go on", is: (w) => w.stop, tap: true, tip: "the red button in the car" },
];

const TITLES = { computer: "Its computer", cable: "Its network cable", elevator: "Its elevator" };

export class Breaker {
  constructor(root, hello, { fault, chaos, select }) {
    this.fault = fault;
    this.kinds = new Set(hello.kinds);
    this.selected = hello.nodes[0];
    this.frame = null;

    this.tabs = hello.nodes.map((id) => html("button", { type: "button", class: "tab", "aria-pressed": "false", onclick: () => select(id) }, id));
    const groups = Object.entries(TITLES).map(([group, title]) => {
      const items = FAULTS.filter((f) => f.group === group && this.kinds.has(f.kind));
      const row = html("div", { class: "faults" });
      for (const f of items) {
        const label = html("span", {}, f.name);
        const button = html("button", { type: "button", class: "fault", "aria-pressed": "false", title: f.tip, "data-fault": f.kind + (f.way ? "-" + f.way : ""), onclick: () => this.act(f) }, label, ...(f.key ? [html("kbd", { "aria-hidden": "true" }, f.key)] : []));
        row.append(button);
        (this.buttons ??= []).push({ f, button, label });
      }
      return items.length ? html("div", { class: "fault-group" }, html("h3", {}, title), row) : "";
    });

    this.loss = html("input", { type: "range", min: "0", max: "90", step: "5", value: "0", id: "loss", "aria-label": "datagrams that are lost, per cent", oninput: () => this.lose() });
    this.lossText = html("output", { for: "loss" }, "0 %");
    const all = html("div", { class: "fault-group fault-all" }, html("h3", {}, "The whole building"));
    if (this.kinds.has("loss")) all.append(html("label", { class: "loss" }, html("span", {}, "Datagrams lost"), this.loss, this.lossText));
    const row = html("div", { class: "faults" });
    if (this.kinds.has("powercut")) {
      this.cutText = html("span", {}, "power cut");
      this.cut = html("button", { type: "button", class: "fault", "aria-pressed": "false", "data-fault": "powercut", title: "all nodes die at once", onclick: () => this.fault({ kind: "powercut", on: !this.down() }) }, this.cutText);
      row.append(this.cut);
    }
    if (this.kinds.has("heal-all")) row.append(html("button", { type: "button", class: "fault heal", "data-fault": "heal-all", onclick: () => this.fault({ kind: "heal-all" }) }, html("span", {}, "mend everything"), html("kbd", { "aria-hidden": "true" }, "H")));
    this.chaos = html("button", { type: "button", class: "fault", "aria-pressed": "false", title: "one fault after the other, of every kind", onclick: () => chaos(!this.frame?.chaos) }, html("span", {}, "random faults"));
    row.prepend(this.chaos);
    all.append(row);

    this.say = html("p", { class: "note break-node" });
    root.replaceChildren(html("div", { class: "tabs", role: "group", "aria-label": "which node" }, html("span", { class: "note" }, "Node"), ...this.tabs), this.say, ...groups, all);
    this.ids = hello.nodes;
  }

  /** The workspace that is selected. */
  get ws() {
    return this.frame?.ws.find((w) => w.id === this.selected);
  }

  down() {
    return Boolean(this.frame) && this.frame.ws.every((w) => !w.alive);
  }

  act(f) {
    const ws = this.ws;
    if (!ws) return;
    if (f.only) this.fault({ kind: f.kind, id: ws.id });
    else if (f.tap) this.fault({ kind: f.kind, id: ws.id, on: true });
    else if (f.is(ws)) this.fault(f.undoKind ? { kind: f.undoKind, id: ws.id } : { kind: f.kind, id: ws.id, way: f.way, on: false });
    else this.fault({ kind: f.kind, id: ws.id, way: f.way, on: true });
  }

  /** Carries out the fault of a key; reports whether there is one. */
  key(letter) {
    const f = FAULTS.find((x) => x.key === letter && this.kinds.has(x.kind));
    if (f) this.act(f);
    else if (letter === "H" && this.kinds.has("heal-all")) this.fault({ kind: "heal-all" });
    else return false;
    return true;
  }

  lose() {
    const value = Number(this.loss.value);
    text(this.lossText, value + " %");
    clearTimeout(this.timer);
    this.dragged = performance.now();
    this.timer = setTimeout(() => this.fault({ kind: "loss", value }), 150);
  }

  set({ frame }, selected, live) {
    if (frame === this.frame && selected === this.selected && live === this.live) return;
    this.live = live;
    this.frame = frame;
    this.selected = selected;
    const ws = this.ws;
    this.tabs.forEach((tab, i) => {
      attr(tab, "aria-pressed", String(this.ids[i] === selected));
      const w = frame.ws[i];
      attr(tab, "data-level", w ? nodeState(w).level : "bad");
      attr(tab, "aria-label", `node ${this.ids[i]}${w ? ", " + nodeState(w).word : ""}`);
    });
    if (!ws) return;
    const state = nodeState(ws);
    text(this.say, `Node ${ws.id} is ${state.word}: ${state.why}.`);
    for (const { f, button, label } of this.buttons ?? []) {
      const on = f.is ? f.is(ws) : false;
      show(button, f.only ? f.only(ws) : true);
      attr(button, "aria-pressed", String(Boolean(on)));
      text(label, on ? f.undo : f.name);
      button.disabled = !live || (f.needs ? !f.needs(ws) : false);
      toggle(button, "on", on);
    }
    if (this.cut) {
      attr(this.cut, "aria-pressed", String(this.down()));
      text(this.cutText, this.down() ? "power is back" : "power cut");
      this.cut.disabled = !live;
    }
    this.chaos.disabled = !live;
    attr(this.chaos, "aria-pressed", String(Boolean(frame.chaos)));
    toggle(this.chaos, "on", frame.chaos);
    this.loss.disabled = !live;
    // While a hand is at the slider, the hand is right.
    if (performance.now() - (this.dragged ?? -1e9) > 1500) {
      if (this.loss.value !== String(frame.loss)) this.loss.value = String(frame.loss);
      text(this.lossText, frame.loss + " %");
    }
  }
}
