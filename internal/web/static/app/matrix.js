// The worldview: what each node knows of each call. Nodes that agree show equal
// cells; a cell that differs from what most nodes hold is outlined.

import { attr, html, show, text, toggle } from "./dom.js";
import { callKey, knowledge } from "./model.js";
import { ARROW, callName } from "./words.js";

const ROWS = 12;
const SYMBOL = { none: "·", pressed: "◌", lit: "●", served: "✓" };
const ORDER = { up: 0, down: 1, cab: 2 };

/** The last part of a stamp: the count within one life of a node. */
const short = (stamp) => (stamp ? stamp.slice(stamp.lastIndexOf(".") + 1) : "–");

/** The slot that a cell shows: an open one before a closed one. */
function newest(slots) {
  let best = null;
  for (const s of slots) {
    if (!s.p && !s.s) continue;
    if (!best || (s.p !== s.s && best.p === best.s)) best = s;
  }
  return best;
}

const sign = (call) => (call ? call.slots.filter((s) => s.p || s.s).map((s) => `${s.id}:${s.p}/${s.c}/${s.s}`).sort().join(" ") : "");

export class Matrix {
  constructor(root, hello) {
    this.nodes = hello.nodes;
    const head = html("tr", {}, html("th", { scope: "col" }, "call"));
    this.heads = hello.nodes.map((id) => {
      const th = html("th", { scope: "col" }, `node ${id}`);
      head.append(th);
      return th;
    });
    const body = html("tbody");
    this.rows = Array.from({ length: ROWS }, () => {
      const name = html("th", { scope: "row" });
      const cells = hello.nodes.map(() => {
        const phase = html("span", { class: "phase" });
        const marks = ["p", "c", "s"].map((k) => html("span", { class: `mark mark-${k}` }));
        const td = html("td", {}, phase, ...marks);
        return { td, phase, marks };
      });
      const tr = html("tr", { hidden: true }, name, ...cells.map((c) => c.td));
      body.append(tr);
      return { tr, name, cells };
    });
    this.empty = html("p", { class: "note" }, "No call is open: all nodes hold nothing, and agree on that.");
    this.more = html("p", { class: "note", hidden: true });
    root.replaceChildren(html("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "what each node knows of each call" }, html("table", { class: "matrix" }, html("thead", {}, head), body)), this.empty, this.more);
  }

  set({ frame }) {
    const known = frame.ws.slice(0, this.nodes.length).map(knowledge);
    const calls = new Map();
    for (const k of known) for (const [key, call] of k) if (call.phase !== "none" && !calls.has(key)) calls.set(key, call);
    const keys = [...calls.keys()].sort((a, b) => {
      const [x, y] = [calls.get(a), calls.get(b)];
      return ORDER[x.button] - ORDER[y.button] || x.floor - y.floor || String(x.owner).localeCompare(String(y.owner), "en", { numeric: true });
    });
    show(this.empty, keys.length === 0);
    show(this.more, keys.length > ROWS);
    text(this.more, `and ${keys.length - ROWS} more`);
    frame.ws.forEach((ws, i) => this.heads[i] && toggle(this.heads[i], "off", !ws.alive || !ws.view));
    this.rows.forEach((row, i) => {
      show(row.tr, i < keys.length);
      if (i < keys.length) this.fill(row, calls.get(keys[i]), frame, known);
    });
  }

  fill(row, call, frame, known) {
    text(row.name, `${ARROW[call.button]} ${call.button === "cab" ? `floor ${call.floor}, car ${call.owner}` : `floor ${call.floor}`}`);
    attr(row.name, "title", callName(call));
    const key = callKey(call);
    const seen = frame.ws.slice(0, row.cells.length).map((ws, i) => (ws.alive && ws.view ? known[i].get(key) ?? null : undefined));
    const votes = new Map();
    for (const c of seen) if (c !== undefined) votes.set(sign(c), (votes.get(sign(c)) ?? 0) + 1);
    const most = Math.max(...votes.values());
    const usual = [...votes].filter(([, n]) => n === most).map(([s]) => s);
    seen.forEach((c, i) => {
      const { td, phase, marks } = row.cells[i];
      if (c === undefined) {
        attr(td, "data-phase", "off");
        toggle(td, "differs", false);
        text(phase, "");
        marks.forEach((m) => text(m, ""));
        attr(td, "title", "this node is not running");
        return;
      }
      const differs = votes.size > 1 && (usual.length > 1 || sign(c) !== usual[0]);
      const is = c?.phase ?? "none";
      attr(td, "data-phase", is);
      toggle(td, "differs", differs);
      text(phase, SYMBOL[is]);
      const slot = newest(c?.slots ?? []);
      ["p", "c", "s"].forEach((k, j) => {
        text(marks[j], slot ? `${k.toUpperCase()}${short(slot[k])}` : "");
        toggle(marks[j], "on", slot && slot[k] && (k === "p" ? slot.p !== slot.s : k === "c" ? slot.c === slot.p : slot.s === slot.p));
      });
      attr(td, "title", `${is}${differs ? ", differs from other nodes" : ""}` + (c?.slots ?? []).map((s) => `\npanel ${s.id}: pressed ${s.p || "never"}, confirmed ${s.c || "never"}, served ${s.s || "never"}`).join("") + (c?.assigned ? `\nassigned to ${c.assigned}` : ""));
    });
  }
}
