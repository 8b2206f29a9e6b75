import type { Room } from "livekit-client";
import { Problem } from "../../sangha/api/problem";
import type { MovePush } from "../../sangha/api/types";
import type { Sangha } from "../../sangha/context";
import { isMutedByMe, rememberMuted } from "./devices";
import type { LineEnd } from "./line";
import { loadCallRoom, loadedLine, loadLine, rememberServer } from "./loadLine";
import { type CallPhase, type CallTarget, isSamePlace, SILENCE, type Sounds } from "./phase";
import type { Asker } from "./ticket";

/** All that is known of the call. */
export interface CallSnapshot extends Sounds {
  state: CallPhase;
  /** While connected, or LiveKit's client is about to be again. */
  room: Room | null;
}

const IDLE: CallSnapshot = { ...SILENCE, state: { phase: "idle" }, room: null };
const LIMITED_MS = 10_000; // where a refusal doesn't say how long
const REJOINED_MS = 3 * 60_000; // after that, coming back by itself would surprise people
const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000, 10_000];
const STAYS_TRIES = 3; // a page that is there 4 s later was not left: it waits so long
const STUCK_MS = 30_000; // LiveKit's client mends what it can in less
const MOVE_MS = 1_200; // who is removed may hear only then that they were moved
const MOVABLE_MS = 10_000;

/** What was lost, and how often it was tried since. */
interface Loss {
  at: number;
  tries: number;
}

/**
 * The one call of this tab. Each change of mind is an attempt of its own: what comes of an earlier
 * one is nothing to the later.
 */
export class CallMachine {
  #now = IDLE;
  #listeners = new Set<() => void>();
  #attempt = 0;
  #line: Room | null = null; // from when it is made
  #planned: ReturnType<typeof setTimeout> | undefined;
  /** What is planned, where it waits for the network alone. */
  #onceOnline: (() => void) | undefined;
  #wantsMicrophone = true;
  /** Whether the microphone was on when one deafened oneself. */
  #opensAgain = false;
  #removedAt = 0;
  #tabs: BroadcastChannel | undefined;
  readonly #sangha: Sangha & Asker;
  readonly #nameOf: (roomId: string, channelId: string) => string;

  /** @param nameOf what a channel is called, as far as that is known here. */
  constructor(sangha: Sangha & Asker, nameOf: (roomId: string, channelId: string) => string) {
    this.#sangha = sangha;
    this.#nameOf = nameOf;
  }

  /** Listens to this browser's other tabs and to the network; returns how to stop, and leaves. */
  readonly start = (): (() => void) => {
    try {
      this.#tabs = new BroadcastChannel("sangha.call");
      this.#tabs.onmessage = ({ data }) =>
        data === this.#sangha.userId && this.end("joined_elsewhere");
    } catch {} // Firefox has none where site data is blocked
    window.addEventListener("online", this.#onOnline);
    return () => {
      window.removeEventListener("online", this.#onOnline);
      this.#tabs?.close();
      this.#tabs = undefined;
      this.leave();
    };
  };

  readonly #onOnline = (): void => {
    const act = this.#onceOnline;
    if (act === undefined) return;
    this.#plan(undefined);
    act();
  };

  readonly snapshot = (): CallSnapshot => this.#now;

  readonly subscribe = (tell: () => void): (() => void) => {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  };

  readonly join = (target: CallTarget): void => {
    if (this.#isUnderWay(target)) return;
    this.#wantsMicrophone = !isMutedByMe();
    this.#begin(target, false);
  };

  #isUnderWay(target: CallTarget): boolean {
    const { state } = this.#now;
    if (state.phase === "idle" || state.phase === "failed") return false;
    return isSamePlace(state.target, target);
  }

  /** Leaves, gives up joining, or puts away what went wrong. */
  readonly leave = (): void => {
    if (this.#now.state.phase !== "idle") this.#supersede({ phase: "idle" }, false);
  };

  /** Ends the call for a reason that isn't LiveKit's. */
  end(code: string): void {
    const { state } = this.#now;
    if (state.phase === "idle" || state.phase === "failed") return;
    this.#supersede({ phase: "failed", target: state.target, code });
  }

  /** Follows a move; returns whether it was ours. */
  moved(push: MovePush): boolean {
    const { state } = this.#now;
    if (state.phase === "idle" || state.target.kind !== "channel") return false;
    if (state.target.roomId !== push.room_id || state.target.channelId !== push.from) return false;
    if (state.phase === "failed" && Date.now() - this.#removedAt > MOVABLE_MS) return false;
    const target = this.#target(push.room_id, push.to);
    if (!this.#isUnderWay(target)) this.#begin(target);
    return true;
  }

  readonly setMicrophone = (on: boolean): void => {
    this.#wantsMicrophone = on;
    if (on) this.report({ deafened: false }); // who wants to be heard hears the answers
    if (this.#now.room !== null) void this.#setMicrophone(this.#now.room, on);
    rememberMuted(!on);
  };

  /** Hears nobody and is heard by nobody; hearing again, the microphone is what it was. */
  readonly setDeafened = (deafened: boolean): void => {
    const { room, microphone } = this.#now;
    if (room === null || deafened === this.#now.deafened) return;
    this.report({ deafened });
    if (deafened) this.#opensAgain = microphone === "on" || microphone === "asking";
    if (this.#opensAgain) void this.#setMicrophone(room, !deafened);
  };

  readonly startAudio = (): void => {
    this.#now.room?.startAudio().catch(() => this.report({ audible: false }));
  };

  /** What the connection's hooks see. Sets that are equal stay the same. */
  report(sounds: Partial<Sounds>): void {
    const next = { ...this.#now, ...sounds };
    for (const key of ["speaking", "silent"] as const) {
      if (isEqual(this.#now[key], next[key])) next[key] = this.#now[key];
    }
    if ((Object.keys(next) as (keyof CallSnapshot)[]).some((key) => next[key] !== this.#now[key])) {
      this.#show(next);
    }
  }

  /** What the microphone is seen to be; null: not on, and nobody else has a hand in it. */
  reportMicrophone(seen: "on" | "moderated" | "not_allowed" | null): void {
    const { microphone } = this.#now;
    if (seen === "moderated") this.#opensAgain = false; // a moderator's unmuting opens nothing
    const isOurs =
      microphone !== "on" && microphone !== "moderated" && microphone !== "not_allowed";
    this.report({ microphone: seen ?? (isOurs ? microphone : "off") });
  }

  reportConnection(connection: "connected" | "reconnecting"): void {
    const { state } = this.#now;
    if (state.phase !== "in" || state.connection === connection) return;
    const { target } = state;
    const isStuck = () => this.#rejoin(target, { at: Date.now(), tries: 0 });
    this.#plan(connection === "reconnecting" ? isStuck : undefined, STUCK_MS);
    this.#show({ ...this.#now, state: { ...state, connection } });
  }

  #show(next: CallSnapshot): void {
    this.#now = next;
    for (const tell of this.#listeners) tell();
  }

  /** Ends what was going on, and begins something else. Who is deafened is so until they leave. */
  #supersede(state: CallPhase, deafened = this.#now.deafened): number {
    this.#plan(undefined);
    void this.#line?.disconnect();
    this.#line = null;
    this.#show({ ...IDLE, state, deafened });
    this.#attempt += 1;
    return this.#attempt;
  }

  async #try(target: CallTarget, attempt: number, loss?: Loss): Promise<void> {
    const isOver = () => attempt !== this.#attempt;
    try {
      const playing = loadCallRoom();
      playing.catch(() => {}); // told below, unless something else fails before
      const line = loadedLine() ?? (await loadLine());
      if (isOver()) return;
      const ticket = await line.ticketFor(target, this.#sangha);
      if (isOver()) return;
      const room = line.createLine({
        onEnd: (ended, end) => this.#ended(ended, end),
        onMoved: (name) => this.#movedByLiveKit(name),
      });
      this.#line = room;
      await line.connect(room, ticket);
      await playing;
      if (isOver()) return;
      rememberServer(ticket.serverUrl);
      this.#tabs?.postMessage(this.#sangha.userId);
      const state: CallPhase = { phase: "in", target, connection: "connected" };
      this.#show({ ...this.#now, state, room });
      await this.#setMicrophone(room, this.#wantsMicrophone && !this.#now.deafened);
    } catch (error) {
      if (!isOver()) this.#failed(target, error, loss);
    }
  }

  async #setMicrophone(room: Room, on: boolean): Promise<void> {
    if (on && room.localParticipant.permissions?.canPublish === false) return;
    if (on) this.report({ microphone: "asking" });
    const { setMicrophone } = await loadLine();
    const failure = await setMicrophone(room, on);
    if (this.#now.room !== room) return;
    const isUnwanted = this.#now.deafened || !this.#wantsMicrophone;
    if (on && failure === null && isUnwanted) return this.#setMicrophone(room, false);
    const { isMicrophoneEnabled } = room.localParticipant;
    this.report({ microphone: failure ?? (isMicrophoneEnabled ? "on" : "off") });
  }

  #failed(target: CallTarget, error: unknown, loss?: Loss): void {
    const problem =
      error instanceof Problem
        ? error
        : new Problem({ status: 0, code: "call_failed", detail: String(error) });
    if (problem.code === "rate_limited") {
      const wait = (problem.retryAfterS ?? 0) * 1000 || LIMITED_MS;
      this.#supersede({ phase: "limited", target, until: Date.now() + wait });
      this.#plan(() => this.#begin(target), wait);
    } else if (loss !== undefined && problem.isAway && Date.now() - loss.at < REJOINED_MS) {
      this.#rejoin(target, { ...loss, tries: loss.tries + 1 });
    } else {
      const { code } = loss !== undefined && problem.isAway ? { code: "connection_lost" } : problem;
      this.#supersede({ phase: "failed", target, code, problem });
    }
  }

  #begin(target: CallTarget, deafened?: boolean): void {
    void this.#try(target, this.#supersede({ phase: "joining", target }, deafened));
  }

  /** A line ended by itself: LiveKit's client has tried to mend it, where that was possible. */
  #ended(room: Room, end: LineEnd): void {
    const { state } = this.#now;
    if (room !== this.#now.room || state.phase !== "in") return; // left by us, or never begun
    const { target } = state;
    if (end === "lost" || end === "page_left") {
      this.#rejoin(target, { at: Date.now(), tries: end === "lost" ? 0 : STAYS_TRIES });
    } else if (end === "removed") {
      this.#removedAt = Date.now();
      this.#supersede({ phase: "in", target, connection: "reconnecting" });
      this.#plan(() => this.end("removed"), MOVE_MS);
    } else {
      this.#supersede({ phase: "failed", target, code: end });
    }
  }

  /** With a ticket of its own: the old one may have ended. At once where the network is back. */
  #rejoin(target: CallTarget, loss: Loss): void {
    const attempt = this.#supersede({ phase: "in", target, connection: "reconnecting" });
    const wait = WAITS_MS[Math.min(loss.tries, WAITS_MS.length - 1)] ?? 0;
    const again = () => {
      if (Date.now() - loss.at < REJOINED_MS) void this.#try(target, attempt, loss);
      else this.end("connection_lost"); // the page was frozen
    };
    this.#plan(again, wait, "network");
  }

  /** Plans one thing, instead of what was planned. */
  #plan(act: (() => void) | undefined, ms = 0, waitsFor?: "network"): void {
    clearTimeout(this.#planned);
    this.#planned = undefined;
    this.#onceOnline = waitsFor === "network" ? act : undefined;
    if (act === undefined) return;
    this.#planned = setTimeout(() => {
      this.#plan(undefined);
      act();
    }, ms);
  }

  #movedByLiveKit(livekitRoom: string): void {
    const { state } = this.#now;
    const [roomId, channelId] = livekitRoom.split(":");
    if (state.phase !== "in" || roomId === undefined || channelId === undefined) return;
    this.#show({ ...this.#now, state: { ...state, target: this.#target(roomId, channelId) } });
  }

  #target(roomId: string, channelId: string): CallTarget {
    return { kind: "channel", roomId, channelId, name: this.#nameOf(roomId, channelId) };
  }
}

function isEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one === other || (one.size === other.size && [...one].every((item) => other.has(item)));
}
