import { Problem } from "../../sangha/api/problem";
import { remember, stored } from "../stored";

type Line = typeof import("./line");

const DEADLINE_MS = 20_000;
const KEY = "sangha.livekit";
const PREPARED_MS = 60_000;

let loading: Promise<Line> | undefined;
let loaded: Line | undefined;
let preparedAt = Number.NEGATIVE_INFINITY;

/** Loads LiveKit's client, once; a failure may be tried again. */
export function loadLine(): Promise<Line> {
  loading ??= Promise.race([import("./line"), late()]).then(
    (line) => {
      loaded = line;
      return line;
    },
    (error: unknown) => {
      loading = undefined;
      return unreachable(error);
    },
  );
  return loading;
}

/** LiveKit's client where it is loaded already: what begins with it begins in the same turn. */
export function loadedLine(): Line | undefined {
  return loaded;
}

function late(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(reject, DEADLINE_MS, new Error(`not loaded in ${DEADLINE_MS} ms`));
  });
}

/** Loads what plays and tells what happens in a call: that is connected meanwhile. */
export const loadCallRoom = () => import("./CallRoom").catch(unreachable);

function unreachable(error: unknown): never {
  throw new Problem({ status: 0, code: "unreachable", detail: String(error) });
}

/** Remembers which server calls are at, for the next time somebody is about to join. */
export function rememberServer(serverUrl: string): void {
  remember(KEY, serverUrl);
}

/** Somebody is about to join: loads what that needs, and connects to where the last call was. */
export function warmLine(): void {
  loadCallRoom().catch(() => {}); // joining tries again, and tells
  void loadLine().then(
    ({ prepare }) => {
      if (performance.now() - preparedAt < PREPARED_MS) return;
      preparedAt = performance.now();
      prepare(stored(KEY));
    },
    () => {},
  );
}
