import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem, problemOf } from "../api/problem";
import type { Presence, VoicePush } from "../api/types";
import type { Sangha } from "../context";
import { listen } from "../realtime/topics";
import {
  apply,
  type Here,
  hasMoreThan,
  isDoubtful,
  load,
  NOBODY,
  type VoiceState,
  whoIsHere,
} from "./presence";

/** Who is in voice in a community, and how sure that is. */
export interface VoicePresence {
  /** By channel id; a channel that nobody is in isn't there. */
  channels: ReadonlyMap<string, Here>;
  /** `livekit`: read from LiveKit's own lists, since Redis is away; undefined before it is read. */
  source: Presence["source"] | undefined;
  /** `reconnecting`: pushes don't arrive. `away`: what is shown can't be read again right now. */
  status: "loading" | "live" | "reconnecting" | "away";
  error?: Problem;
}

const UNHEARD_MS = 3_000; // Realtime may be away: then it is read without pushes
const GATHERED_MS = 1_500; // readers within a second share an answer
const SPREAD_MS = 1_000; // after a reconnect, which all clients make at once
const SETTLED_MS = 3_000; // an answer is less than that behind
const AGAIN_MS = 10_000;
const SHORTEST_MS = 5_000; // between two reads for a tab that is shown again

/** Keeps one community's presence for all who show it: reads once, then lives by pushes. */
export class VoiceFeed {
  #state: VoiceState = NOBODY;
  #shown: VoicePresence = { channels: new Map(), source: undefined, status: "loading" };
  #topics = new Map<string, { stop: () => void; heard: boolean; before: boolean }>();
  #listeners = new Set<() => void>();
  #answer: { presence: Presence; etag: string | null } | undefined;
  #error: Problem | undefined;
  #timer: { due: number; id: ReturnType<typeof setTimeout> } | undefined;
  #reading: AbortController | undefined;
  #readAt = 0;

  readonly #sangha: Pick<Sangha, "api" | "supabase">;
  readonly #roomId: string;
  readonly #onStop: () => void;

  constructor(sangha: Pick<Sangha, "api" | "supabase">, roomId: string, onStop: () => void) {
    this.#sangha = sangha;
    this.#roomId = roomId;
    this.#onStop = onStop;
  }

  readonly snapshot = (): VoicePresence => this.#shown;

  readonly subscribe = (tell: () => void): (() => void) => {
    if (this.#listeners.size === 0 && this.#topics.size === 0) this.#start();
    this.#listeners.add(tell);
    return () => {
      this.#listeners.delete(tell);
      // Who comes next in this turn, as React's strict mode does, finds it still going.
      queueMicrotask(() => this.#listeners.size === 0 && this.#stop());
    };
  };

  /** Hears the topics of these private channels, and of no other ones. */
  hear(privateChannelIds: readonly string[]): void {
    if (this.#topics.size === 0) return; // stopped
    const wanted = new Set([
      this.#roomId,
      ...privateChannelIds.map((id) => `${this.#roomId}:${id}`),
    ]);
    for (const [name, topic] of this.#topics) {
      if (wanted.has(name)) continue;
      topic.stop();
      this.#topics.delete(name);
    }
    for (const name of wanted) if (!this.#topics.has(name)) this.#listen(name);
    if (this.#answer === undefined && !this.#isHeard) {
      this.#readIn(UNHEARD_MS, "instead");
    }
    this.#show();
  }

  #start(): void {
    document.addEventListener("visibilitychange", this.#onVisible);
    this.#listen(this.#roomId);
    this.#readIn(UNHEARD_MS);
  }

  #stop(): void {
    document.removeEventListener("visibilitychange", this.#onVisible);
    for (const { stop } of this.#topics.values()) stop();
    this.#topics.clear();
    clearTimeout(this.#timer?.id);
    this.#timer = undefined;
    this.#reading?.abort();
    this.#onStop();
  }

  #listen(name: string): void {
    const topic = { stop: () => {}, heard: false, before: false };
    this.#topics.set(name, topic);
    topic.stop = listen(this.#sangha.supabase, `room:${name}`, {
      onPush: (event, payload) => event === "voice" && this.#push(payload as VoicePush),
      onHeard: () => {
        topic.heard = true;
        // What was told while nobody listened is lost. One request for all topics.
        const isReconnect = topic.before;
        topic.before = true;
        if (this.#isHeard) this.#readIn(isReconnect ? Math.random() * SPREAD_MS : 0);
        this.#show();
      },
      onLost: () => {
        topic.heard = false;
        this.#show();
      },
    });
  }

  get #isHeard(): boolean {
    return [...this.#topics.values()].every(({ heard }) => heard);
  }

  readonly #onVisible = (): void => {
    if (document.visibilityState !== "visible") return;
    const rest = this.#readAt + SHORTEST_MS - Date.now();
    // What is known to be old isn't left so: nothing else may be planned.
    if (rest < 0 || this.#isOld) this.#readIn(Math.max(0, rest));
  };

  #push(push: VoicePush): void {
    if (push.type === "finished" || isDoubtful(this.#state, push)) this.#readIn(GATHERED_MS);
    const next = apply(this.#state, push, Date.now());
    if (next === this.#state) return;
    this.#state = next;
    this.#show({ channels: whoIsHere(next) });
  }

  /** Reads in so many milliseconds, or sooner where that is planned already: once for both. */
  #readIn(ms: number, planned: "sooner" | "instead" = "sooner"): void {
    const due = Date.now() + ms;
    if (planned === "sooner" && this.#timer !== undefined && this.#timer.due <= due) return;
    clearTimeout(this.#timer?.id);
    this.#timer = { due, id: setTimeout(() => void this.#read(), ms) };
  }

  async #read(): Promise<void> {
    this.#timer = undefined;
    if (this.#reading !== undefined) return this.#readIn(GATHERED_MS);
    const reading = new AbortController();
    this.#reading = reading;
    const askedAt = Date.now();
    try {
      const presence = await this.#ask(reading.signal);
      this.#state = load(this.#state, presence, askedAt, Date.now());
      this.#error = undefined;
      if (presence.source === "redis" && hasMoreThan(this.#state, presence))
        this.#readIn(SETTLED_MS);
      // While Redis is away LiveKit's webhooks are refused: pushes don't tell what happens.
      if (presence.source === "livekit") this.#readAgain(AGAIN_MS);
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#error = error instanceof Problem ? error : new Problem(UNREADABLE);
      if (this.#error.isAway) this.#readAgain((this.#error.retryAfterS ?? 0) * 1000 || AGAIN_MS);
    } finally {
      this.#reading = undefined;
    }
    this.#readAt = Date.now();
    this.#show({ channels: whoIsHere(this.#state) });
  }

  /** A tab that isn't shown asks when it is shown again. */
  #readAgain(ms: number): void {
    if (document.visibilityState === "visible") this.#readIn(ms);
  }

  async #ask(signal: AbortSignal): Promise<Presence> {
    const etag = this.#answer?.etag;
    const { data, error, response } = await this.#sangha.api.GET("/api/livekit/participants", {
      params: {
        query: { room_id: this.#roomId },
        ...(etag && { header: { "If-None-Match": etag } }),
      },
      signal,
    });
    if (response.status === 304 && this.#answer !== undefined) return this.#answer.presence;
    if (data === undefined) throw problemOf(response, error);
    this.#answer = { presence: data, etag: response.headers.get("etag") };
    return data;
  }

  #show(change: Partial<VoicePresence> = {}): void {
    const { channels } = { ...this.#shown, ...change };
    this.#shown = {
      channels,
      source: this.#answer?.presence.source,
      status: this.#status,
      ...(this.#error !== undefined && { error: this.#error }),
    };
    for (const tell of this.#listeners) tell();
  }

  get #isOld(): boolean {
    return this.#error !== undefined || this.#answer?.presence.source === "livekit";
  }

  get #status(): VoicePresence["status"] {
    if (this.#error !== undefined) return "away";
    if (this.#answer === undefined) return "loading";
    return this.#isHeard ? "live" : "reconnecting";
  }
}

const UNREADABLE = { status: 502, code: "http_error", detail: "an answer that can't be read" };

const feeds = new WeakMap<SupabaseClient, Map<string, VoiceFeed>>();

/** Returns the feed of a community that is going, or one that begins with its first listener. */
export function feedOf(sangha: Pick<Sangha, "api" | "supabase">, roomId: string): VoiceFeed {
  const known = feeds.get(sangha.supabase) ?? new Map<string, VoiceFeed>();
  feeds.set(sangha.supabase, known);
  const feed =
    known.get(roomId) ??
    new VoiceFeed(sangha, roomId, () => {
      if (known.get(roomId) === feed) known.delete(roomId);
    });
  known.set(roomId, feed);
  return feed;
}
