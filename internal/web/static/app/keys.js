// The keyboard: shortcuts, and arrows that go from button to button.

import { html } from "./dom.js";

const SHORTCUTS = [
  ["arrows", "from button to button in the building"],
  ["space", "press the button; elsewhere: pause or play"],
  ["L", "live"],
  ["1 … 9", "select a node"],
  ["K F U", "kill or restart it, freeze, unplug"],
  ["M O E", "its motor power, obstruction, elevator server"],
  ["H", "mend everything"],
  ["T", "traffic: people press random buttons, or not"],
  ["G", "guided tour"],
  ["S", "the last press once more in slow motion"],
  ["?", "this help"],
];

const SIGNS = [
  ["a dashed ring", "a button was pressed; nobody relies on it yet. Each segment is a node, and fills when that node has acknowledged that it holds the call."],
  ["a filled amber button", "the lamp is lit, on all panels: enough nodes hold the call that no fault can lose it. Some elevator will come and open its door."],
  ["a thin blue line", "from a car to the call that it goes to."],
  ["blue dots", "datagrams that say something new of a call; grey ones are heartbeats. A ✕ is a datagram that died."],
  ["a dashed red way", "one node doesn't hear another."],
];

export function helpBox(box, faults) {
  const rows = SHORTCUTS.filter(([k]) => faults || !/^(K|M|H|T|G|1)/.test(k));
  box.replaceChildren(
    html("h2", { id: "help-title" }, "Signs and shortcuts"),
    html("dl", { class: "signs" }, ...SIGNS.flatMap(([sign, means]) => [html("dt", {}, sign), html("dd", {}, means)])),
    html("dl", { class: "keys" }, ...rows.flatMap(([key, does]) => [html("dt", {}, ...key.split(" ").map((k) => (k === "…" ? "…" : html("kbd", {}, k)))), html("dd", {}, does)])),
    html("form", { method: "dialog" }, html("button", { class: "primary" }, "close")));
}

/** Goes from a call button to the nearest one in a direction. */
function step(from, key) {
  const a = from.getBoundingClientRect();
  const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  let best = null;
  let least = Infinity;
  for (const b of document.querySelectorAll(".call")) {
    const r = b.getBoundingClientRect();
    const x = r.left + r.width / 2 - a.left - a.width / 2;
    const y = r.top + r.height / 2 - a.top - a.height / 2;
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead < 4) continue;
    const far = ahead + 3 * aside;
    if (far < least) [best, least] = [b, far];
  }
  best?.focus();
}

/** Listens to the keyboard; `on` has an action for each shortcut. */
export function keys(on) {
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    const at = e.target;
    if (at.matches?.(".call") && e.key.startsWith("Arrow")) {
      e.preventDefault();
      step(at, e.key);
      return;
    }
    if (at.matches?.("input, select, textarea")) return;
    if (e.key === " ") {
      if (at.matches?.("button, a, summary")) return;
      e.preventDefault();
      on.space();
    } else if (e.key === "?") on.help();
    else if (/^[1-9]$/.test(e.key)) on.select(Number(e.key) - 1);
    else if (/^[a-z]$/i.test(e.key)) on.letter(e.key.toUpperCase());
  });
}
