import { createContext, type ReactNode, useContext, useState } from "react";

/** Where a call is: a community's voice channel, or the room of a match. */
export type CallTarget =
  | { kind: "channel"; roomId: string; channelId: string; name: string }
  | { kind: "match"; matchId: string; name: string };

export type CallPhase =
  | { phase: "idle" }
  | { phase: "joining"; target: CallTarget }
  /** Too many joins: tried again at `until` (ms since the epoch), unless it is given up. */
  | { phase: "limited"; target: CallTarget; until: number }
  | { phase: "in"; target: CallTarget; connection: "connected" | "reconnecting" }
  /** It ended, or never began: `code` is a problem's, or why LiveKit let us go. */
  | { phase: "failed"; target: CallTarget; code: string };

export interface Call {
  state: CallPhase;
  join: (target: CallTarget) => void;
  leave: () => void;
  /** Identities (user ids) of who speaks in one's own call, and of who has muted themselves there. */
  speaking: ReadonlySet<string>;
  silent: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();
const Context = createContext<Call | null>(null);

export function CallProvider({ children }: { children: ReactNode }) {
  const [call] = useState<Call>(() => ({
    state: { phase: "idle" },
    join: () => {},
    leave: () => {},
    speaking: NOBODY,
    silent: NOBODY,
  }));
  return <Context value={call}>{children}</Context>;
}

export function useCall(): Call {
  const call = useContext(Context);
  if (call === null) throw new Error("useCall is called outside of a CallProvider");
  return call;
}
