import type { SupabaseClient } from "@supabase/supabase-js";
import { ask } from "../api/client";
import { Problem } from "../api/problem";
import type { MatchingPush, MatchStatus } from "../api/types";
import type { Sangha } from "../context";
import { listen } from "../realtime/topics";
import {
  advance,
  dueAt,
  type MatchingView,
  type Matter,
  type News,
  type Request,
  requestOf,
  START,
  viewOf,
  type Wishes,
} from "./machine";

const GATHERED_MS = 300; // people who come at the same time are asked about once
const FRESH_MS = 2_000;

/**
 * One person's matching, for all who show it. One request at a time: an answer is never older than
 * the one before it.
 *
 * Its heartbeat holds in background tabs without a Worker (which `trusted-types 'none'` refuses):
 * browsers slow timers down to one a minute only where timers set each other five times in a row,
 * and here each is set by an answer that arrived. A tab that is frozen altogether asks when it is
 * shown again.
 */
export class MatchingClient {
  #matter: Matter = START;
  #view: MatchingView = viewOf(START);
  #listeners = new Set<() => void>();
  #stops: (() => void)[] = [];
  #match: { id: string; stop: () => void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run = 0; // each start is a run of its own
  #asking = false;
  #again = false;

  readonly #sangha: Sangha;
  readonly #onStop: () => void;

  constructor(sangha: Sangha, onStop: () => void) {
    this.#sangha = sangha;
    this.#onStop = onStop;
  }

  readonly snapshot = (): MatchingView => this.#view;

  readonly subscribe = (tell: () => void): (() => void) => {
    if (this.#listeners.size === 0 && this.#stops.length === 0) this.#start();
    this.#listeners.add(tell);
    return () => {
      this.#listeners.delete(tell);
      // Who comes next in this turn, as React's strict mode does, finds it still going.
      queueMicrotask(() => this.#listeners.size === 0 && this.#stop());
    };
  };

  /** Waits by these wishes, or changes them; what is asked is asked until it is answered. */
  readonly join = (wishes: Wishes): void => {
    this.#learn({ type: "wished", wishes });
    this.#askIn(0);
  };

  /** Gives up what was wished last and isn't confirmed; who waited before still waits. */
  readonly giveUp = (): void => {
    this.#learn({ type: this.#isThere ? "unwished" : "left" });
    this.#askIn(0);
  };

  /** Stops waiting, or leaves the match. */
  readonly leave = (): void => {
    this.#learn({ type: "left" });
    this.#askIn(0);
  };

  /** Asks now. */
  readonly refresh = (): void => this.#askIn(0);

  #start(): void {
    this.#run += 1;
    const { supabase, userId } = this.#sangha;
    const onShown = () => {
      if (document.visibilityState === "visible") this.#refreshOld();
    };
    document.addEventListener("visibilitychange", onShown);
    window.addEventListener("online", this.#refreshOld);
    this.#stops = [
      () => document.removeEventListener("visibilitychange", onShown),
      () => window.removeEventListener("online", this.#refreshOld),
      listen(supabase, `user:${userId}`, {
        onPush: (event, payload) => event === "matching" && this.#push(payload as MatchingPush),
        onHeard: () => this.#isThere && this.#askIn(0), // what was told before is lost
      }),
    ];
    this.#askIn(0);
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#match?.stop();
    this.#match = undefined;
    clearTimeout(this.#timer);
    this.#run += 1;
    this.#asking = false;
    this.#again = false;
    this.#matter = START;
    this.#view = viewOf(START);
    this.#onStop();
  }

  get #isThere(): boolean {
    const { status } = this.#matter;
    return status !== null && status.state !== "none";
  }

  readonly #refreshOld = (): void => {
    if (dueAt(this.#matter) === null) return;
    if (Date.now() - this.#matter.settledAt > FRESH_MS) this.#askIn(0);
  };

  #push(push: MatchingPush): void {
    this.#learn({ type: "pushed", push, at: Date.now() });
    if (push.type !== "ended") this.#askIn(0);
  }

  #learn(news: News): void {
    this.#matter = advance(this.#matter, news);
    this.#view = viewOf(this.#matter);
    this.#follow();
    for (const tell of this.#listeners) tell();
  }

  /** Hears who comes and goes in the match, as long as there is one. */
  #follow(): void {
    const { status } = this.#matter;
    const id = status?.state === "matched" ? status.match.id : undefined;
    if (this.#match?.id === id) return;
    this.#match?.stop();
    this.#match = id === undefined ? undefined : { id, stop: this.#hear(id) };
  }

  #hear(matchId: string): () => void {
    return listen(this.#sangha.supabase, `match:${matchId}`, {
      onPush: (event) => event === "voice" && this.#askIn(GATHERED_MS),
    });
  }

  #askIn(ms: number): void {
    if (this.#stops.length === 0) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    if (ms <= 0) void this.#ask();
    else this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const run = this.#run;
    const to = requestOf(this.#matter, Date.now());
    const sent = to === "join" ? this.#matter.wishes : null;
    this.#asking = true;
    const news = await this.#send(to, sent).then(
      (status): News => ({ type: "answered", to, sent, status, at: Date.now() }),
      (error: unknown): News => {
        return { type: "failed", to, sent, problem: problemIn(error), at: Date.now() };
      },
    );
    if (run !== this.#run) return;
    this.#asking = false;
    this.#learn(news);
    const due = dueAt(this.#matter);
    if (this.#again) this.#askIn(0);
    else if (due !== null) this.#askIn(Math.max(1, due - Date.now()));
    this.#again = false;
  }

  async #send(to: Request, wishes: Wishes | null): Promise<MatchStatus> {
    const { api } = this.#sangha;
    if (to === "leave") return ask(api.POST("/api/matching/leave"));
    if (to === "join" && wishes !== null) {
      return ask(api.POST("/api/matching/join", { body: wishes }));
    }
    return ask(api.GET("/api/matching/status"));
  }
}

function problemIn(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ status: 0, code: "unreachable", detail: String(error) });
}

const clients = new WeakMap<SupabaseClient, Map<string, MatchingClient>>();

/** Returns the matching of who is signed in that is going, or one that begins with its first listener. */
export function matchingOf(sangha: Sangha): MatchingClient {
  const known = clients.get(sangha.supabase) ?? new Map<string, MatchingClient>();
  clients.set(sangha.supabase, known);
  const client =
    known.get(sangha.userId) ??
    new MatchingClient(sangha, () => {
      if (known.get(sangha.userId) === client) known.delete(sangha.userId);
    });
  known.set(sangha.userId, client);
  return client;
}
