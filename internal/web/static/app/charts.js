// Two small charts: from press to lamp, and from press to door.

import { attr, html, svg, text } from "./dom.js";
import { Pool } from "./graph.js";
import { ms } from "./words.js";

const W = 340;
const H = 118;
const LEFT = 44;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 22;
const SPAN = 180000; // ms that a chart shows

/** Dots over time on a logarithmic scale from `low` to `high` milliseconds. */
class Dots {
  constructor({ title, low, high, lines, cls }) {
    this.low = Math.log10(low);
    this.high = Math.log10(high);
    const root = svg("svg", { viewBox: `0 0 ${W} ${H}`, class: `chart ${cls}`, role: "img" });
    for (const value of lines) {
      const y = this.y(value);
      const label = svg("text", { x: LEFT - 6, y, dy: "0.35em", "text-anchor": "end", class: "chart-label" });
      label.textContent = ms(value);
      root.append(svg("line", { x1: LEFT, x2: W - RIGHT, y1: y, y2: y, class: "chart-line" }), label);
    }
    this.median = svg("line", { class: "chart-median" });
    const times = [["-3 min", LEFT, "start"], ["now", W - RIGHT, "end"]].map(([word, x, anchor]) => {
      const t = svg("text", { x, y: H - 5, "text-anchor": anchor, class: "chart-label" });
      t.textContent = word;
      return t;
    });
    root.append(this.median, ...times);
    this.pool = new Pool(root, 150, () => svg("circle", { r: 2.7, class: "chart-dot" }));
    this.svg = root;
    this.figure = html("span", { class: "chart-figure" }, "–");
    this.note = html("span", { class: "quiet-text" }, "");
    this.root = html("div", { class: "chart-box" }, html("h3", {}, title), html("p", {}, this.figure, " ", this.note), root);
  }

  y(value) {
    const share = (Math.log10(Math.max(value, 1e-3)) - this.low) / (this.high - this.low);
    return TOP + (H - TOP - BOTTOM) * (1 - Math.min(1, Math.max(0, share)));
  }

  set(samples, now) {
    this.pool.begin();
    for (const s of samples) {
      const dot = this.pool.take();
      if (!dot) break;
      dot.setAttribute("cx", (LEFT + (W - LEFT - RIGHT) * (1 - (now - s.t) / SPAN)).toFixed(1));
      dot.setAttribute("cy", this.y(s.value).toFixed(1));
    }
    this.pool.end();
    const sorted = samples.map((s) => s.value).sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1];
    text(this.figure, sorted.length ? ms(middle) : "–");
    text(this.note, sorted.length ? `in the middle; longest ${ms(sorted[sorted.length - 1])}, of ${sorted.length}` : "nothing yet");
    attr(this.svg, "aria-label", sorted.length ? `middle ${ms(middle)}, longest ${ms(sorted[sorted.length - 1])}` : "nothing measured yet");
    const y = sorted.length ? this.y(middle) : -10;
    for (const [k, v] of Object.entries({ x1: LEFT, x2: W - RIGHT, y1: y, y2: y })) attr(this.median, k, String(v));
  }
}

export class Charts {
  constructor(root, figures) {
    this.lamp = new Dots({ title: "From press to lamp", low: 1, high: 3000, lines: [1, 10, 100, 1000], cls: "chart-lamp" });
    this.wait = new Dots({ title: "From press to open door", low: 500, high: 120000, lines: [1000, 10000, 60000], cls: "chart-wait" });
    this.figures = figures;
    root.replaceChildren(this.lamp.root, this.wait.root);
  }

  set({ frame }, story, now) {
    const events = story.between(now - SPAN, now, "event");
    const lamps = [];
    const waits = [];
    const last = new Map();
    for (const h of events) {
      if (h.ms === undefined) continue;
      if (h.kind === "served") waits.push({ t: h.t, value: h.ms });
      if (h.kind !== "lamp" || !h.on) continue;
      // One press lights the lamps of all panels: what counts is the last of them.
      const key = h.button + h.floor + (h.button === "cab" ? h.id : "");
      const before = last.get(key);
      if (before && h.t - before.t < 2000) before.value = Math.max(before.value, h.ms);
      else {
        const sample = { t: h.t, value: h.ms };
        last.set(key, sample);
        lamps.push(sample);
      }
    }
    this.lamp.set(lamps, now);
    this.wait.set(waits, now);
    const f = frame.figures;
    text(this.figures, f ? `${f.presses} presses, ${f.served} served, ${f.broken === 0 ? "no promise broken" : f.broken + " promises broken"}` : "");
  }
}
