// The connection to the server: the stream of events, which comes back by itself,
// and the orders.

const AGAIN = 1000; // ms until the next try
const SILENT = 15000; // ms without a sign of life

/** Follows the stream. `on` has hello, frame, happen and state; a state is
 *  "connecting", "live" or "lost". */
export function follow(on) {
  let source;
  let timer;
  let last = 0;
  const alive = (handle) => (event) => {
    last = performance.now();
    on.state("live");
    if (handle) handle(JSON.parse(event.data));
  };
  const again = () => {
    source?.close();
    clearTimeout(timer);
    on.state("lost");
    timer = setTimeout(open, AGAIN);
  };
  function open() {
    source = new EventSource("api/stream");
    last = performance.now();
    source.addEventListener("hello", alive(on.hello));
    source.addEventListener("frame", alive(on.frame));
    source.addEventListener("happen", alive((h) => on.happen(Array.isArray(h) ? h : [h])));
    source.addEventListener("beat", alive(on.beat));
    source.addEventListener("gap", alive());
    source.addEventListener("error", again);
  }
  on.state("connecting");
  open();
  // A computer that slept has a stream that never ends and never says anything.
  setInterval(() => {
    if (performance.now() - last > SILENT && source.readyState === EventSource.OPEN) again();
  }, SILENT / 3);
}

/** Asks the server to do something. Rejects with a line for the person. */
export async function order(what, body) {
  let answer;
  try {
    answer = await fetch("api/" + what, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The server can't be reached.");
  }
  if (!answer.ok) throw new Error(await complaint(answer));
}

/** What the server has to say against an order. */
async function complaint(answer) {
  const said = (await answer.text()).trim();
  try {
    return JSON.parse(said).error || said;
  } catch {
    return said || `The server refuses: ${answer.status}`;
  }
}

/** What happened from one moment to another, with frames at least `step` apart. */
export async function history(from, to, step = 0) {
  const answer = await fetch(`api/history?from=${Math.floor(from)}&to=${Math.ceil(to)}&step=${step}`);
  if (!answer.ok) throw new Error(await complaint(answer));
  return answer.json();
}

/** A recording of that time: its name and its bytes. */
export async function incident(from, to) {
  const answer = await fetch(`api/incident?from=${Math.max(0, Math.floor(from))}&to=${Math.ceil(to)}`);
  if (!answer.ok) throw new Error(await complaint(answer));
  const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "incident";
  return { name, bytes: await answer.blob() };
}
