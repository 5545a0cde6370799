// Reading what the server sends: sets of floors, the states of nodes and cars,
// and who holds which call. Everything here is a function of its arguments.

import { list } from "./words.js";

/** Whether a list of floors has floor f; there may be no list. */
export const has = (floors, f) => Boolean(floors?.includes(f));

/** Whether this button exists: none leads out of the building. */
export const exists = (floors, button, f) => (button === "up" ? f < floors - 1 : button === "down" ? f > 0 : true);

/** What is to be said of a node: a word, and how bad it is. */
export function nodeState(ws) {
  if (!ws.alive) return { word: "dead", level: "bad", why: "its process was killed" };
  if (ws.frozen) return { word: "frozen", level: "bad", why: "its process stands still" };
  if (ws.cutIn && ws.cutOut) return { word: "unplugged", level: "warn", why: "its network cable is out" };
  if (ws.cutIn) return { word: "deaf", level: "warn", why: "it is heard and hears nobody" };
  if (ws.cutOut) return { word: "mute", level: "warn", why: "it hears and nobody hears it" };
  if (ws.joined === false) return { word: "joining", level: "warn", why: "it listens before it speaks" };
  if (ws.cutFrom?.length) return { word: "half deaf", level: "warn", why: `it doesn't hear ${list(ws.cutFrom)}` };
  if (ws.disk && ws.disk !== "ok") return { word: "disk " + ws.disk, level: "warn", why: "what it holds is not on a disk" };
  return { word: "alive", level: "good", why: "it runs, hears and is heard" };
}

/** Whether a set of calls has any. */
export const any = (calls) => Boolean(calls && (calls.up?.length || calls.down?.length || calls.cab?.length));

/** What is to be said of a car. */
export function carState(ws) {
  const way = ws.dir > 0 ? "up" : ws.dir < 0 ? "down" : "";
  if (ws.server === false) return { word: "no contact to the car", level: "bad" };
  if (ws.motor === false) return { word: "motor has no power", level: "bad" };
  if (ws.stop) return { word: "stopped by hand", level: "warn" };
  if (ws.door && ws.obstructed) return { word: "door blocked", level: "warn" };
  if (ws.door) return { word: way ? `door open, next ${way}` : "door open", level: "good" };
  if (ws.behaviour === "moving" && ws.parking) return { word: `parking, ${way}`, level: "good" };
  if (ws.behaviour === "moving") return { word: `moving ${way}`.trim(), level: "good" };
  if (ws.obstructed) return { word: "obstruction on", level: "warn" };
  if (ws.unavailable?.includes("motor-lost")) return { word: "motor is stuck", level: "bad" };
  if (any(ws.escalated)) return { word: "helping out", level: "good" };
  return { word: ws.parking ? "parked" : "idle", level: "good" };
}

/** The identity of a call across nodes. */
export const callKey = (call) => (call.button === "cab" ? `cab/${call.owner}/${call.floor}` : `${call.button}/${call.floor}`);

/** A node's knowledge, by call; empty if it runs not. */
export function knowledge(ws) {
  const known = new Map();
  if (!ws.alive) return known;
  for (const call of ws.view?.calls ?? []) known.set(callKey(call), call);
  return known;
}

/** The calls that a car goes for, nearest on its way first. */
export function goals(ws, floors) {
  const all = [];
  for (let f = 0; f < floors; f++) {
    for (const button of ["up", "down"]) if (has(ws.serves?.[button], f)) all.push({ button, floor: f });
    if (has(ws.serves?.cab, f) || has(ws.lamps?.cab, f)) all.push({ button: "cab", floor: f });
  }
  const ahead = (g) => {
    const way = g.floor - ws.pos;
    return ws.dir && Math.abs(way) > 0.05 && Math.sign(way) !== ws.dir ? 1000 : 0;
  };
  return all.sort((a, b) => ahead(a) + Math.abs(a.floor - ws.pos) - ahead(b) - Math.abs(b.floor - ws.pos));
}
