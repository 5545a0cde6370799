// The guided scenes: one after the other as a tour, or any by itself.

import { attr, html, show, style, text } from "./dom.js";

const PAUSE = 5000; // ms between two scenes of the tour

export class Tour {
  constructor(root, hello, { scene, started }) {
    this.scenes = hello.scenes ?? [];
    this.order = scene;
    this.started = started;
    this.touring = false;
    this.running = "";
    this.chips = this.scenes.map((s, i) => {
      const bar = html("i", { class: "scene-bar" });
      const chip = html("button", { type: "button", class: "scene", "data-scene": s.id, "aria-pressed": "false", title: `${s.text} About ${Math.round(s.seconds)} s.`, onclick: () => this.pick(s.id) },
        html("span", { class: "scene-no", "aria-hidden": "true" }, String(i + 1)), html("span", { class: "scene-name" }, s.title), bar);
      return { chip, bar, scene: s };
    });
    this.stop = html("button", { type: "button", class: "quiet", onclick: () => this.end() }, "■ end the tour");
    this.next = html("button", { type: "button", class: "quiet", onclick: () => this.go(1) }, "next scene ▸");
    this.start = html("button", { type: "button", class: "quiet tour-again", onclick: () => this.begin() }, "▶ Guided tour");
    root.replaceChildren(html("div", { class: "scene-row" }, this.start, ...this.chips.map((c) => c.chip), this.next, this.stop));
    show(this.next, false);
    show(this.stop, false);
  }

  begin() {
    if (!this.scenes.length) return;
    this.touring = true;
    this.play(this.scenes[0].id);
  }

  pick(id) {
    this.touring = false;
    if (this.running === id) this.end();
    else this.play(id);
  }

  play(id) {
    clearTimeout(this.timer);
    this.wanted = id;
    this.since = null;
    this.started();
    this.order({ id });
  }

  /** Goes on by so many scenes; the tour ends behind the last. */
  go(by) {
    const at = this.scenes.findIndex((s) => s.id === (this.running || this.wanted));
    const next = this.scenes[at + by];
    if (next) this.play(next.id);
    else this.end();
  }

  end() {
    clearTimeout(this.timer);
    this.touring = false;
    this.wanted = "";
    if (this.running) this.order({ stop: true });
  }

  set({ frame }, now, live, introduced) {
    const was = this.running;
    this.running = frame.scene || "";
    if (live && this.running !== was) {
      this.since = this.running ? now : null;
      if (!this.running && this.touring && was === this.wanted) this.timer = setTimeout(() => this.go(1), PAUSE);
    }
    for (const { chip, bar, scene } of this.chips) {
      const on = scene.id === this.running;
      attr(chip, "aria-pressed", String(on));
      chip.disabled = !live;
      const share = on && this.since !== null ? Math.min(1, (now - this.since) / 1000 / scene.seconds) : 0;
      style(bar, "transform", `scaleX(${share.toFixed(3)})`);
    }
    show(this.stop, Boolean(this.running) || this.touring);
    text(this.stop, this.touring ? "■ end the tour" : "■ end the scene");
    show(this.next, this.touring);
    show(this.start, !this.touring && !this.running && introduced);
    this.start.disabled = !live;
  }
}
