// The life of a call, read from what happened: who pressed, which datagrams
// carried it, who held it when, and when the lamps were lit. Nothing here is
// made up: each step is an event that the server told.

const LONGEST = 2500; // ms; of a lamp that takes longer, what is known by then
const SETTLED = 60; // ms without news after the last lamp, and the story is whole

const about = (h, press) => h.button === press.button && h.floor === press.floor && (press.button !== "cab" || (h.owner ?? h.id) === press.id);

/** The story of a press, or null while it isn't over. `nodes` are those that it
 *  reaches; `until` is the time up to which everything is known; `disk` is the
 *  state of its node's disk. */
export function lifeOf(press, tape, nodes, until, disk) {
  const end = press.t + LONGEST;
  const events = tape.between(press.t - 50, Math.min(end, until), "event").filter((h) => about(h, press));
  const lamps = new Map();
  const held = new Map([[press.id, press.t]]);
  for (const h of events) {
    if (h.kind === "served" && h.t > press.t && lamps.size) break;
    if (h.kind === "lamp" && h.on && !lamps.has(h.id)) lamps.set(h.id, Math.max(h.t, press.t));
    if (h.kind === "held" && h.id === press.id && !held.has(h.peer)) held.set(h.peer, Math.max(h.t, press.t));
  }
  const wanted = press.button === "cab" ? [press.id] : nodes;
  const complete = wanted.every((id) => lamps.has(id));
  const last = Math.max(press.t, ...lamps.values(), ...held.values());
  if (until < Math.min(end, complete ? last + SETTLED : end)) return null;
  const close = lamps.size ? last : end;
  const own = lamps.get(press.id) ?? (lamps.size ? Math.min(...lamps.values()) : null);
  return {
    press, held, lamps, wanted, nodes, complete, disk,
    flights: flights(tape.between(press.t - 0.001, close + 0.001, "datagram")),
    toLamp: own === null ? null : own - press.t,
    length: Math.max(0.2, close - press.t),
  };
}

/** Each datagram from its sending to where it ended. */
function flights(list) {
  const sent = new Map();
  const all = [];
  for (const h of list) {
    const key = h.from + "/" + h.seq;
    if (h.kind === "sent") sent.set(key, h);
    else all.push({ from: h.from, to: h.to, news: h.news, lost: h.kind === "lost", why: h.why, start: sent.get(key)?.t ?? h.t - (h.ms ?? 0), end: h.t });
  }
  return all;
}

/** What a lit lamp rests on, when so many nodes hold the call. */
export function promise(life, n) {
  if (life.nodes.length > 1) return `lit: ${n} of ${life.nodes.length} nodes hold this call`;
  return life.disk === "ok" ? `lit: node ${life.press.id} is alone, and has it on its disk` : `lit: node ${life.press.id} alone holds this call`;
}

/** The story in sentences, each with its time after the press. */
export function steps(life, callName) {
  const { press, held, lamps } = life;
  const say = [{ at: 0, text: press.button === "cab" ? `${callName(press)} is pressed` : `${callName(press)} is pressed on panel ${press.id}`, kind: "press" }];
  const meant = life.flights.filter((f) => life.nodes.includes(f.to));
  const lost = meant.filter((f) => f.lost);
  const peers = [...held].filter(([id]) => id !== press.id).sort((a, b) => a[1] - b[1]);
  const first = life.flights.find((f) => f.from === press.id && f.news);
  if (first) say.push({ at: Math.max(0, first.start - press.t), text: `node ${press.id} tells all others`, kind: "sent" });
  if (lost.length) say.push({ at: lost[lost.length - 1].end - press.t, text: `${lost.length} of ${meant.length} datagrams have died on the way`, kind: "lost" });
  if (peers.length <= 3) for (const [id, t] of peers) say.push({ at: t - press.t, text: `node ${id} has acknowledged the call`, kind: "held" });
  else say.push({ at: peers[peers.length - 1][1] - press.t, text: `${peers.length} nodes have acknowledged the call`, kind: "held" });
  if (lamps.size) {
    const last = Math.max(...lamps.values()) - press.t;
    say.push({ at: last, text: promise(life, held.size), kind: "lamp" });
  }
  return say.sort((a, b) => a.at - b.at);
}
