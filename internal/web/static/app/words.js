// How the page says things: calls, nodes, times.

export const ARROW = { up: "▲", down: "▼", cab: "●" };

/** "up at floor 2", "floor 2 in car 1". */
export function callName(call) {
  if (call.button === "cab") return `floor ${call.floor} in car ${call.owner || call.id || ""}`.trim();
  return `${call.button} at floor ${call.floor}`;
}

/** Milliseconds, as exactly as a person wants them. */
export function ms(value) {
  if (value < 0.095) return value.toFixed(2) + " ms";
  if (value < 9.95) return value.toFixed(1) + " ms";
  if (value < 999.5) return Math.round(value) + " ms";
  if (value < 9950) return (value / 1000).toFixed(1) + " s";
  return Math.round(value / 1000) + " s";
}

/** A moment on the time line: m:ss.d */
export function moment(t, tenths = true) {
  const s = Math.max(0, t) / 1000;
  const m = Math.floor(s / 60);
  const rest = s - 60 * m;
  return tenths
    ? `${m}:${(Math.floor(rest * 10) / 10).toFixed(1).padStart(4, "0")}`
    : `${m}:${String(Math.floor(rest)).padStart(2, "0")}`;
}

/** "3 of 3 nodes", "1 of 1 node". */
export const of = (n, all) => `${n} of ${all} ${all === 1 ? "node" : "nodes"}`;

const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
export const count = (n) => SMALL[n] ?? String(n);
export const Count = (n) => count(n)[0].toUpperCase() + count(n).slice(1);

/** "1, 2 and 3". */
export function list(ids) {
  if (ids.length < 2) return ids.join("");
  return ids.slice(0, -1).join(", ") + " and " + ids[ids.length - 1];
}
