import type { Problem } from "../api/problem";
import type { components } from "../api/schema";
import type { MatchingPush, MatchStatus } from "../api/types";

/** With whom somebody wishes to talk; what is left out has the API's default. */
export type Wishes = components["schemas"]["Wishes"];

type PushedReason = Extract<MatchingPush, { type: "ended" }>["reason"];

/** Why one is neither waiting nor matched any more, without having asked for it. */
export interface Ending {
  /** The match that is over; null where one only waited. */
  matchId: string | null;
  /**
   * `forgotten`: nobody could ask about the ticket for 30 s. `gone`: it was given back on another
   * device, or one may not talk in its community any more. The others are the API's.
   */
  reason: PushedReason | "forgotten" | "gone";
}

/** All that is known, and what is wanted. Times are ms since the epoch, by this device's clock. */
export interface Matter {
  /** What the API said last; null until it has. */
  status: MatchStatus | null;
  answeredAt: number;
  clockAheadMs: number;
  /** Wishes that no answer has confirmed. */
  wishes: Wishes | null;
  /** To be given back, which no answer has confirmed. */
  leaving: boolean;
  limitedUntil: number | null;
  ending: Ending | null;
  /** Why the last request had no answer. */
  problem: Problem | null;
  /** Why the last wishes were refused. */
  refusal: Problem | null;
  /** Requests without an answer, one after the other. */
  failures: number;
  /** When the last request was over, with an answer or without. */
  settledAt: number;
}

export type Request = "status" | "join" | "leave";

export type News =
  | { type: "wished"; wishes: Wishes }
  | { type: "unwished" }
  | { type: "left" }
  | { type: "answered"; to: Request; sent: Wishes | null; status: MatchStatus; at: number }
  | { type: "failed"; to: Request; sent: Wishes | null; problem: Problem; at: number }
  | { type: "pushed"; push: MatchingPush; at: number };

export const START: Matter = {
  status: null,
  answeredAt: 0,
  clockAheadMs: 0,
  wishes: null,
  leaving: false,
  limitedUntil: null,
  ending: null,
  problem: null,
  refusal: null,
  failures: 0,
  settledAt: 0,
};

const SILENCE_MS = 30_000; // a ticket that nobody asks about for so long is gone
const HEARTBEAT_MS = 10_000; // so it is asked about at least so often
const AGAIN_MS = 3_000; // with the request's own deadline twice in 30 s, and no more often
const LIMITED_MS = 10_000; // where a refusal doesn't say how long
const AFRESH = { problem: null, refusal: null, failures: 0 };

/** Returns what is known and wanted after some news. */
export function advance(matter: Matter, news: News): Matter {
  switch (news.type) {
    case "wished":
      return { ...matter, ...AFRESH, wishes: news.wishes, ending: null };
    case "unwished":
      return { ...matter, ...AFRESH, wishes: null };
    case "left": {
      // A wish that was sent may have been taken, and its answer lost.
      const isNowhere = matter.status?.state === "none" && matter.wishes === null;
      const leaving = matter.leaving || !isNowhere;
      return { ...matter, ...AFRESH, wishes: null, ending: null, leaving };
    }
    case "answered":
      return answered(matter, news);
    case "failed":
      return failed(matter, news);
    case "pushed":
      return pushed(matter, news);
  }
}

function answered(matter: Matter, news: Extract<News, { type: "answered" }>): Matter {
  const { to, sent, status, at } = news;
  const isTaken = to === "join" && matter.wishes === sent;
  return {
    ...matter,
    status,
    answeredAt: at,
    settledAt: at,
    clockAheadMs: at - status.as_of,
    wishes: isTaken ? null : matter.wishes,
    leaving: matter.leaving && to !== "leave",
    limitedUntil: to === "join" ? null : matter.limitedUntil,
    ending: matter.leaving ? null : endingOf(matter, status, at),
    problem: null,
    refusal: isTaken ? null : matter.refusal,
    failures: 0,
  };
}

/** What ended between two answers. A match that was dissolved is told of by `last`. */
function endingOf({ status: before, answeredAt, ending }: Matter, status: MatchStatus, at: number) {
  if (status.state !== "none") return null;
  if (before?.state === "matched") return { matchId: before.match.id, reason: "over" } as const;
  if (before?.state !== "waiting") return ending;
  const reason = at - answeredAt >= SILENCE_MS ? "forgotten" : "gone";
  return { matchId: null, reason } as const;
}

function failed(matter: Matter, news: Extract<News, { type: "failed" }>): Matter {
  const { to, sent, problem, at } = news;
  const settled = { ...matter, settledAt: at };
  if (to === "join" && matter.wishes !== sent) return settled; // given up, or changed meanwhile
  if (to === "join" && problem.code === "rate_limited") {
    const wait = (problem.retryAfterS ?? 0) * 1000 || LIMITED_MS;
    return { ...settled, limitedUntil: at + wait, problem: null, failures: 0 };
  }
  if (to === "join" && !problem.isAway) {
    return { ...settled, wishes: null, refusal: problem, problem: null, failures: 0 };
  }
  const leaving = matter.leaving && (to !== "leave" || problem.isAway);
  return { ...settled, problem, failures: matter.failures + 1, leaving };
}

function pushed(matter: Matter, { push, at }: Extract<News, { type: "pushed" }>): Matter {
  const { status } = matter;
  if (push.type !== "ended" || status?.state !== "matched") return matter;
  if (status.match.id !== push.match_id) return matter;
  return {
    ...matter,
    status: { state: "none", as_of: at - matter.clockAheadMs },
    ending: matter.leaving ? null : { matchId: push.match_id, reason: push.reason },
  };
}

/**
 * Returns what to ask now. Wishes whose answer was lost are sent again once the API answers: asking
 * for the status costs nothing of the limit of joins.
 */
export function requestOf(matter: Matter, now: number): Request {
  if (matter.leaving) return "leave";
  const isLimited = matter.limitedUntil !== null && now < matter.limitedUntil;
  return matter.wishes !== null && !isLimited && matter.failures === 0 ? "join" : "status";
}

/** Returns when to ask next (ms since the epoch); null: there is nothing to ask about. */
export function dueAt(matter: Matter): number | null {
  const { status, wishes, leaving, limitedUntil, failures, problem, settledAt } = matter;
  const isThere = status?.state === "waiting" || status?.state === "matched";
  const isWanted = leaving || status === null || wishes !== null;
  if (!isThere && !isWanted) return null;
  if (failures > 0) {
    const wait = (problem?.retryAfterS ?? 0) * 1000 || AGAIN_MS;
    return settledAt + Math.min(wait, HEARTBEAT_MS);
  }
  if (leaving || status === null) return settledAt;
  const wishDue = wishes === null ? Number.POSITIVE_INFINITY : (limitedUntil ?? settledAt);
  const heartbeat = isThere
    ? settledAt + Math.min(status.retry_after * 1000, HEARTBEAT_MS)
    : Number.POSITIVE_INFINITY;
  return Math.min(wishDue, heartbeat);
}

/** What is shown of it. */
export type MatchingView = ({ state: "unknown" } | MatchStatus) & {
  /** What is under way and not yet confirmed. Who leaves is shown as having left at once. */
  busy: "joining" | "leaving" | null;
  /** Too many joins: joins by itself then (ms since the epoch, this device's clock). */
  limitedUntil: number | null;
  /** Why the last wishes were refused, or a request had no answer: that is asked again by itself. */
  problem: Problem | null;
  /** What ended without having been asked for, until the next join. */
  ending: Ending | null;
  /** How far this device's clock is ahead of the API's, whose times MatchStatus has. */
  clockAheadMs: number;
};

/** Returns what is shown of what is known. */
export function viewOf(matter: Matter): MatchingView {
  const { status, wishes, leaving, limitedUntil, ending, clockAheadMs } = matter;
  const shown = leaving
    ? ({ state: "none", as_of: status?.as_of ?? 0 } as const)
    : (status ?? ({ state: "unknown" } as const));
  return {
    ...shown,
    busy: wishes !== null ? "joining" : leaving ? "leaving" : null,
    limitedUntil: wishes === null ? null : limitedUntil,
    problem: matter.problem ?? matter.refusal,
    ending,
    clockAheadMs,
  };
}
