// The time line: drag it back to see who knew what when.

import { attr, html, show, style, svg, text } from "./dom.js";
import { Pool } from "./graph.js";
import { moment } from "./words.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const NAME = { 0.25: "×¼", 0.5: "×½", 1: "×1", 2: "×2", 4: "×4", 8: "×8" };
const KEPT = 600000; // ms of the present that can be reached
const INCIDENT = 60000; // ms that are saved around a moment
const CLASS = { press: "m-press", fault: "m-fault", healed: "m-healed", caption: "m-caption", scene: "m-scene", served: "m-served" };
const RANK = { served: 0, press: 1, caption: 2, scene: 3, healed: 4, fault: 5 };

export class Timeline {
  constructor(root, hello, player, { save }) {
    this.player = player;
    this.replay = hello.mode === "replay";
    this.play = html("button", { type: "button", class: "quiet tl-play", onclick: () => player.toggle() }, "❚❚");
    this.speed = html("select", { class: "quiet tl-speed", "aria-label": "speed", onchange: () => { player.speed = Number(this.speed.value); if (player.mode === "live" && player.speed !== 1) { player.seek(player.t); player.play(); } } },
      ...SPEEDS.map((s) => html("option", { value: String(s), selected: s === 1 }, NAME[s])));
    this.live = html("button", { type: "button", class: "quiet tl-live", onclick: () => player.goLive() }, html("i", { "aria-hidden": "true" }), "live");
    this.save = html("button", { type: "button", class: "quiet tl-save", title: "a recording of the minute around this moment, for elevnet replay", onclick: () => save(...this.minute()) }, "⤓ save", html("span", {}, " incident"));
    this.range = html("input", { type: "range", class: "tl-range", min: "0", max: "1000", step: "1", "aria-label": "moment", oninput: () => this.drag() });
    this.marks = svg("svg", { class: "tl-marks", viewBox: "0 0 1000 26", preserveAspectRatio: "none", "aria-hidden": "true" });
    this.seen = svg("rect", { x: 0, y: 11, width: 0, height: 4, class: "tl-seen" });
    this.marks.append(svg("rect", { x: 0, y: 11, width: 1000, height: 4, rx: 2, class: "tl-track" }), this.seen);
    this.pool = new Pool(this.marks, 400, () => svg("rect", { width: 2 }));
    this.head = html("div", { class: "tl-head", "aria-hidden": "true" });
    this.now = html("output", { class: "tl-now" }, "0:00.0");
    this.state = html("span", { class: "tl-state" }, "");
    root.replaceChildren(html("div", { class: "tl-inner" },
      html("div", { class: "tl-tools" }, this.play, this.speed, this.live),
      html("div", { class: "tl-box" }, this.marks, this.head, this.range),
      html("div", { class: "tl-tools tl-right" }, html("span", { class: "tl-clock" }, this.now, this.state), this.save)));
    show(this.live, !this.replay);
    show(this.save, Boolean(hello.incident));
    this.from = 0;
    this.width = 0;
    new ResizeObserver(() => { this.width = this.marks.parentElement.clientWidth; }).observe(this.marks.parentElement);
  }

  /** The minute that is saved. */
  minute() {
    const end = Math.min(this.player.end, this.player.t + INCIDENT / 4);
    return [Math.max(0, end - INCIDENT), end];
  }

  drag() {
    const t = this.from + (Number(this.range.value) / 1000) * (this.player.end - this.from);
    if (!this.replay && Number(this.range.value) >= 999) this.player.goLive();
    else this.player.seek(t);
  }

  /** Shows where we are; called each frame. */
  set() {
    const { player } = this;
    this.from = this.replay ? 0 : Math.max(0, player.end - KEPT);
    const span = Math.max(1, player.end - this.from);
    const share = player.mode === "live" ? 1 : Math.min(1, Math.max(0, (player.t - this.from) / span));
    const value = String(Math.round(share * 1000));
    if (this.range.value !== value) this.range.value = value;
    attr(this.range, "aria-valuetext", `${moment(player.t)}${player.mode === "live" ? ", live" : ""}`);
    style(this.head, "transform", `translateX(${(share * this.width).toFixed(1)}px)`);
    attr(this.seen, "width", (share * 1000).toFixed(0));
    text(this.now, moment(player.t));
    const behind = player.end - player.t;
    text(this.state, player.mode === "live" ? "live" : player.problem || (player.ready() ? (this.replay ? `of ${moment(player.end, false)}` : `${moment(behind, false)} ago`) : "loading…"));
    const going = player.mode === "live" || player.playing;
    text(this.play, going ? "❚❚" : "▶");
    attr(this.play, "aria-label", going ? "pause" : "play");
    attr(this.live, "aria-pressed", String(player.mode === "live"));
    if (player.mode === "live") { player.speed = 1; if (this.speed.value !== "1") this.speed.value = "1"; }
  }

  /** Draws the marks of what happened; a few times a second. */
  mark(story) {
    const { player } = this;
    const span = Math.max(1, player.end - this.from);
    const events = story.between(this.from, player.end, "event").filter((h) => CLASS[h.kind]);
    // What there is no room for is the least important.
    const room = this.pool.items.length;
    const chosen = events.length <= room ? events : events.slice().sort((a, b) => RANK[b.kind] - RANK[a.kind] || b.t - a.t).slice(0, room);
    this.pool.begin();
    for (const h of chosen) {
      const r = this.pool.take();
      r.setAttribute("x", ((1000 * (h.t - this.from)) / span - 1).toFixed(1));
      const tall = h.kind === "fault" || h.kind === "healed" || h.kind === "scene";
      r.setAttribute("y", tall ? 0 : h.kind === "served" ? 16 : 5);
      r.setAttribute("height", tall ? 10 : 5);
      r.setAttribute("class", CLASS[h.kind]);
    }
    this.pool.end();
  }
}
