// Wires the page: what the stream brings goes to the player, what the player
// shows goes to the views, and what hands do goes to the server.

import { Breaker } from "./breaker.js";
import { Building } from "./building.js";
import { Captions } from "./captions.js";
import { Charts } from "./charts.js";
import { attr, byId, show, text } from "./dom.js";
import { helpBox, keys } from "./keys.js";
import { LifeView } from "./lifeview.js";
import { follow, history, incident, order } from "./link.js";
import { Matrix } from "./matrix.js";
import { Network } from "./network.js";
import { Player } from "./player.js";
import { Stories } from "./stories.js";
import { Tape } from "./tape.js";
import { theme } from "./theme.js";
import { Timeline } from "./timeline.js";
import { Tour } from "./tour.js";
import { Count } from "./words.js";

const SLOW = 250; // ms between two writings of what a person reads
const REMEMBERED = 20000; // happenings of the story
const STATES = { connecting: "connecting", live: "connected", lost: "connection lost; trying again" };

let hello = null;
let player = null;
let story = new Tape(); // all that happened, without datagrams and frames
let views = null;
let selected = "";
let touched = false; // somebody has done something: the introduction may go

const captions = new Captions({ box: byId("captions"), live: byId("live"), log: byId("log"), seek: (t) => player?.seek(t) });

/** Carries out an order, and says so if that fails. */
async function ask(what, body) {
  try {
    await order(what, body);
  } catch (error) {
    tell({ t: player?.t ?? 0, kind: "error", text: error.message });
  }
}

/** Adds a happening to the story. */
function tell(h) {
  story.addHappen(h);
  if (story.events.length > REMEMBERED) story.events.splice(0, REMEMBERED / 2);
  captions.add(h);
}

function done() {
  touched = true;
  show(byId("intro"), false);
}

const hands = {
  press(id, button, floor) {
    if (!hello?.press) return;
    if (player.mode !== "live") player.goLive();
    done();
    views.stories.expect(id, button, floor);
    ask("press", { id, button, floor });
  },
  select(id) {
    selected = id;
  },
  fault(fault) {
    done();
    ask("fault", fault);
  },
  chaos(on) {
    done();
    ask("traffic", { on, chaos: true });
  },
  scene(what) {
    ask("scene", what);
  },
  started: done,
};

async function save(from, to) {
  try {
    const { name, bytes } = await incident(from, to);
    const a = document.createElement("a");
    a.href = URL.createObjectURL(bytes);
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10000);
    tell({ t: player.t, kind: "caption", text: `Saved ${name}, ${Math.max(1, Math.round(bytes.size / 1000))} kB. See it again with: elevnet replay ${name}` });
  } catch (error) {
    tell({ t: player.t, kind: "error", text: error.message });
  }
}

/** Makes all views for a building; again only if the building is another one. */
function build() {
  selected = hello.nodes.includes(selected) ? selected : hello.self || hello.nodes[0];
  document.body.classList.toggle("wide", hello.nodes.length > 4);
  document.title = hello.mode === "node" ? `elevnet: node ${hello.self}` : `elevnet: ${hello.mode}`;
  text(byId("network-text"), [hello.mode === "replay" ? "a recording" : hello.mode === "node" ? `node ${hello.self}` : "", hello.network].filter(Boolean).join(" · "));
  const n = hello.nodes.length;
  text(byId("building-note"), `${n} ${n === 1 ? "node" : "nodes"}, ${hello.floors} floors`);
  byId("intro-text").replaceChildren(...introduction(n));
  document.body.classList.toggle("watch-only", !hello.press);
  views = {
    building: new Building(byId("building"), hello, hands),
    life: new LifeView(byId("life"), hello),
    network: new Network(byId("network"), hello, hands),
    matrix: new Matrix(byId("matrix"), hello),
    breaker: hello.faults ? new Breaker(byId("break"), hello, hands) : null,
    charts: new Charts(byId("charts"), byId("figures")),
    timeline: new Timeline(byId("timeline"), hello, player, { save }),
    tour: new Tour(byId("scenes"), hello, hands),
  };
  views.stories = new Stories(views.life);
  const scenes = hello.faults && hello.scenes?.length > 0;
  show(byId("break-card"), Boolean(views.breaker));
  document.body.classList.toggle("no-break", !views.breaker);
  show(byId("scenes"), scenes);
  show(byId("tour"), scenes);
  show(byId("or-press"), hello.press);
  text(byId("or-press"), scenes ? "or press any ▲ or ▼ below" : "Press any ▲ or ▼ below.");
  show(byId("traffic"), Boolean(hello.faults));
  show(byId("intro"), !touched);
  helpBox(byId("help-box"), hello.faults);
}

/** One or two sentences that say what there is to see. */
function introduction(n) {
  if (hello.mode === "replay") return ["This is a recording. Play it, or drag the time line below to any moment: you see who knew what then."];
  const bold = document.createElement("b");
  bold.textContent = "A lit lamp is a promise";
  const cars = n === 1 ? "One elevator, and a computer that drives it." : `${Count(n)} elevators, each driven by a computer of its own, and no master among them.`;
  return [cars + " ", bold, ": it is lit only when the other computers hold the call as well, so that neither a crash nor a cut cable can lose it."];
}

/** What is said while nothing remarkable happens. */
function quiet({ traffic, figures }) {
  if (!hello.faults) return hello.mode === "replay" ? "Play, or drag the time line below." : "What happens is told here.";
  if (!traffic || !figures) return "Press buttons, break something, or take the tour: what happens is told here.";
  const kept = figures.broken ? `${figures.broken} promises broken` : "no promise broken";
  return `People press buttons: ${figures.presses} presses so far, ${figures.served} served, ${kept}. Break something!`;
}

/** Fetches what happened before the page was opened, or while it was away. */
async function recall(from, to) {
  if (to - from < 50) return;
  try {
    const past = await history(from, to, 60000);
    for (const h of past.happens) if (!["sent", "got", "lost"].includes(h.kind) && h.t > from) tell(h);
  } catch {
    // There is no past to be had: the story begins here.
  }
}

function onHello(h) {
  const other = !hello || h.startedAt !== hello.startedAt || h.mode !== hello.mode || h.floors !== hello.floors || h.nodes.join() !== hello.nodes.join();
  const before = other ? 0 : player.end;
  const anew = hello && (h.startedAt !== hello.startedAt || h.mode !== hello.mode);
  const was = hello;
  hello = h;
  if (!player || anew) {
    player = new Player({ replay: h.mode === "replay", changed: () => attr(document.body, "data-mode", player.mode) });
    story = new Tape();
    captions.clear();
  }
  if (h.mode === "replay") player.end = h.t;
  if (other) build();
  if (!was || anew || !other) recall(before, h.t);
}

function onFrame(f) {
  if (!player) return;
  const extra = f.ws.map((ws) => ws.id).filter((id) => !hello.nodes.includes(id));
  if (extra.length) {
    hello = { ...hello, nodes: f.ws.map((ws) => ws.id) };
    player.frame(f);
    build();
    return;
  }
  player.frame(f);
}

function onHappen(list) {
  if (!player) return;
  player.happen(list);
  for (const h of list) if (h.kind !== "sent" && h.kind !== "got" && h.kind !== "lost") tell(h);
}

let before = performance.now();
let read = 0;

/** Draws one frame of the screen. */
function draw(now) {
  requestAnimationFrame(draw);
  const wall = Math.min(100, now - before);
  before = now;
  if (!player || !views) return;
  player.advance(wall);
  const moment = player.tape.at(player.t);
  views.timeline.set();
  views.life.advance(wall);
  if (!moment) return;
  const live = player.mode === "live";
  views.building.set(moment, selected);
  views.network.set(moment, player.tape, player.t, selected);
  views.breaker?.set(moment, selected, live);
  if (now - read < SLOW) return;
  read = now;
  views.stories.look(player, story);
  views.matrix.set(moment);
  views.charts.set(moment, story, player.t);
  views.timeline.mark(story);
  views.tour.set(moment, player.t, live, touched);
  const said = captions.set(story, player.t, live);
  show(byId("quiet"), touched && !said);
  if (!said) text(byId("quiet"), quiet(moment.frame));
  const traffic = byId("traffic");
  attr(traffic, "aria-pressed", String(Boolean(moment.frame.traffic)));
  traffic.disabled = !live;
}

follow({
  hello: onHello,
  frame: onFrame,
  happen: onHappen,
  beat: (b) => player?.beat(b?.t ?? 0),
  state(state) {
    attr(byId("link"), "data-state", state);
    attr(document.body, "data-link", state);
    text(byId("link-text"), STATES[state]);
  },
});

theme(byId("theme"), byId("theme-text"));
byId("tour").addEventListener("click", () => views?.tour.begin());
byId("traffic").addEventListener("click", (e) => {
  done();
  ask("traffic", { on: e.currentTarget.getAttribute("aria-pressed") !== "true" });
});
byId("help").addEventListener("click", () => byId("help-box").showModal());
keys({
  space: () => player?.toggle(),
  help: () => byId("help-box").showModal(),
  select: (i) => hello?.nodes[i] && hands.select(hello.nodes[i]),
  letter(letter) {
    if (!views) return;
    if (letter === "L") player.goLive();
    else if (letter === "S") views.life.play(views.life.life);
    else if (!hello.faults || player.mode !== "live") return;
    else if (letter === "T") byId("traffic").click();
    else if (letter === "G") views.tour.begin();
    else views.breaker?.key(letter);
  },
});
requestAnimationFrame(draw);
