// The sentences that go with what is to be seen: the present one large, those
// before it small, and all of them in a list.

import { attr, html, show, text, toggle } from "./dom.js";
import { moment } from "./words.js";

const SHOWN = 3;
const LISTED = 120;
const SAYS = new Set(["caption", "scene", "fault", "healed", "error"]);
const LOGS = new Set([...SAYS, "notice"]);
const SIGN = { caption: "●", scene: "▶", fault: "✕", healed: "✓", error: "!", notice: "·" };
const WORD = { caption: "", scene: "scene: ", fault: "fault: ", healed: "mended: ", error: "", notice: "" };

/** Marks the measured times in a sentence. */
function measured(sentence) {
  const parts = sentence.split(/(\d[\d.,  ]*\s?(?:ms|s|%)(?![A-Za-z]))/);
  return parts.map((p, i) => (i % 2 ? html("b", {}, p) : p));
}

export class Captions {
  constructor({ box, live, log, seek }) {
    this.live = live;
    this.log = log;
    this.seek = seek;
    this.lines = Array.from({ length: SHOWN }, () => {
      const sign = html("span", { class: "sign", "aria-hidden": "true" });
      const says = html("span", { class: "says" });
      const at = html("span", { class: "at" });
      const p = html("p", { class: "caption" }, sign, says, at);
      return { p, sign, says, at };
    });
    box.replaceChildren(...this.lines.map((l) => l.p));
    this.said = null;
    this.listed = new Set();
  }

  /** Puts an event into the list. */
  add(h) {
    if (!LOGS.has(h.kind) || !h.text || (h.kind === "notice" && h.why === "debug")) return;
    // What a caption has said need not be said by the log again.
    if (h.kind === "caption") this.last = h.text;
    if (h.kind === "notice" && !h.id && h.text === this.last) return;
    const go = html("button", { type: "button", class: "log-at", title: "go to this moment", onclick: () => this.seek(h.t) }, moment(h.t));
    const who = h.kind === "notice" && h.id ? `node ${h.id}: ` : "";
    const li = html("li", { class: `log-${h.kind}`, "data-why": h.why ?? "" }, go, html("span", { class: "sign", "aria-hidden": "true" }, SIGN[h.kind]), html("span", {}, who, ...measured(h.text)));
    this.log.prepend(li);
    while (this.log.children.length > LISTED) this.log.lastChild.remove();
  }

  clear() {
    this.log.replaceChildren();
  }

  /** Shows what was said last at a moment. */
  set(story, now, isLive) {
    const said = story.between(now - 30000, now, "event").filter((h) => SAYS.has(h.kind) && h.text);
    const last = said.slice(-SHOWN).reverse();
    this.lines.forEach((line, i) => {
      const h = last[i];
      show(line.p, Boolean(h));
      if (!h) return;
      attr(line.p, "data-kind", h.kind);
      text(line.sign, SIGN[h.kind]);
      text(line.at, moment(h.t));
      if (line.shown !== h) line.says.replaceChildren(...measured(h.text));
      line.shown = h;
      toggle(line.p, "first", i === 0);
    });
    if (isLive && last[0] && last[0] !== this.said) {
      this.said = last[0];
      this.live.textContent = WORD[last[0].kind] + last[0].text;
    }
    return last.length > 0;
  }
}
