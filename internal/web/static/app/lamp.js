// A call button: its glyph, its lamp, and round it a ring with one segment per
// node. The ring is dashed while the press is nobody's promise yet; a segment
// fills when that node holds the call.

import { attr, html, svg, toggle } from "./dom.js";
import { ARROW } from "./words.js";

const GLYPH = {
  up: "M20 13 L27.5 26 L12.5 26 Z",
  down: "M20 27 L27.5 14 L12.5 14 Z",
  cab: "M20 14.5 a5.5 5.5 0 1 0 0.01 0 Z",
};
const PER_NODE = 12; // length of one node's part of the ring
const GAP = 2.6; // of which this much stays empty

/** The dash pattern that draws just those parts of a ring that are named. */
export function dashes(parts, all) {
  const gap = all > 1 ? GAP : 0;
  let pattern = "";
  let open = gap / 2; // what is to be left out before the next part
  let first = true;
  for (let i = 0; i < all; i++) {
    if (!parts.has(i)) {
      open += PER_NODE;
      continue;
    }
    pattern += first ? `0 ${open.toFixed(2)} ` : `${open.toFixed(2)} `;
    first = false;
    pattern += `${(PER_NODE - gap).toFixed(2)} `;
    open = gap;
  }
  return first ? `0 ${all * PER_NODE + 1}` : `${pattern}${(open + all * PER_NODE).toFixed(2)}`;
}

/** The drawing of a lamp with its ring, for `all` nodes. */
export class Lamp {
  constructor(button, all) {
    this.all = all;
    const ring = { cx: 20, cy: 20, r: 17, pathLength: all * PER_NODE, fill: "none", transform: "rotate(-90 20 20)" };
    const every = new Set(Array.from({ length: all }, (_, i) => i));
    this.empty = svg("circle", { ...ring, class: "ring-empty", "stroke-dasharray": dashes(every, all) });
    this.held = svg("circle", { ...ring, class: "ring-held", "stroke-dasharray": dashes(new Set(), all) });
    this.root = svg("svg", { viewBox: "0 0 40 40", class: `lamp lamp-${button}`, "aria-hidden": "true" },
      svg("circle", { cx: 20, cy: 20, r: 21.5, class: "glow" }),
      svg("circle", { cx: 20, cy: 20, r: 13, class: "face" }),
      svg("path", { d: GLYPH[button], class: "glyph" }),
      this.empty, this.held);
    this.key = "";
  }

  /** Shows a lamp that is lit or not, for a call that those nodes hold (their
   *  places in the row of nodes); null if there is no call. */
  set(lit, holders) {
    const key = lit + "|" + (holders ? [...holders].join() : "-");
    if (key === this.key) return;
    this.key = key;
    toggle(this.root, "lit", lit);
    toggle(this.root, "open", holders !== null);
    attr(this.held, "stroke-dasharray", dashes(holders ?? new Set(), this.all));
  }
}

/** A button on a panel. */
export class CallButton {
  constructor({ node, button, floor, all, press }) {
    this.lamp = new Lamp(button, all);
    this.name = button === "cab" ? `cab button, floor ${floor}, car ${node}` : `hall ${button}, floor ${floor}, panel ${node}`;
    this.root = html("button", {
      type: "button", class: `call call-${button}`, "data-button": button, "data-floor": String(floor), "data-node": node,
      "aria-label": this.name, title: `${ARROW[button]} ${this.name}`,
      onclick: () => {
        this.root.classList.remove("tapped");
        void this.root.offsetWidth; // begins the animation anew
        this.root.classList.add("tapped");
        press(node, button, floor);
      },
    }, this.lamp.root);
  }

  set(lit, holders, all) {
    this.lamp.set(lit, holders);
    const says = lit ? `lit, held by ${holders ? holders.size : "?"} of ${all} nodes` : holders ? `pressed, held by ${holders.size} of ${all} nodes` : "dark";
    attr(this.root, "aria-label", `${this.name}: ${says}`);
  }
}
