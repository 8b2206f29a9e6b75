import { useQueryClient } from "@tanstack/react-query";
import type { Room } from "livekit-client";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useConfig } from "../config";
import { keys } from "../queries";
import { loadCallRoom, warmLine } from "./loadLine";
import { CallMachine } from "./machine";
import { useMoves } from "./moves";
import type { CallPhase, CallTarget, Microphone, Sounds } from "./phase";
import { useGoneCommunity } from "./useGoneCommunity";

export type { CallPhase, CallTarget, Microphone };

/** The call one is in, or not: one at a time, in whatever community. */
export interface Call extends Sounds {
  state: CallPhase;
  /** LiveKit's room, while connected. */
  room: Room | null;
  /** Joins, and leaves what one is in. */
  join: (target: CallTarget) => void;
  /** Leaves, gives up joining, or puts away what went wrong. */
  leave: () => void;
  /** Mutes and unmutes oneself; it is remembered for the next call in this browser. */
  setMicrophone: (on: boolean) => void;
  /** Silences everybody and oneself, and undoes it; unmuting oneself undoes it too. */
  setDeafened: (deafened: boolean) => void;
  /** After a click, where the browser waited for one to play what others say. */
  startAudio: () => void;
  /** Somebody is about to join: loads LiveKit's client. */
  warm: () => void;
}

const CallRoom = lazy(loadCallRoom);
const Context = createContext<Call | null>(null);

/** Holds the call, for as long as somebody is signed in. */
export function CallProvider({ children }: { children: ReactNode }) {
  const sangha = useSangha();
  const { apiUrl } = useConfig();
  const queries = useQueryClient();
  const [machine] = useState(
    () =>
      new CallMachine({ ...sangha, apiUrl }, (roomId, channelId) => {
        const room = queries.getQueryData<WholeRoom>(keys.room(roomId));
        return room?.channels.find(({ id }) => id === channelId)?.name ?? "Voice channel";
      }),
  );
  const now = useSyncExternalStore(machine.subscribe, machine.snapshot);
  useEffect(() => machine.start(), [machine]);
  useMoves(machine);
  useGoneCommunity(now.state, machine.leave);
  const call = useMemo<Call>(
    () => ({
      ...now,
      join: machine.join,
      leave: machine.leave,
      setMicrophone: machine.setMicrophone,
      setDeafened: machine.setDeafened,
      startAudio: machine.startAudio,
      warm: warmLine,
    }),
    [now, machine],
  );
  return (
    <Context value={call}>
      {children}
      <Suspense>
        {now.room !== null && (
          <CallRoom room={now.room} machine={machine} deafened={now.deafened} />
        )}
      </Suspense>
    </Context>
  );
}

export function useCall(): Call {
  const call = useContext(Context);
  if (call === null) throw new Error("useCall is called outside of a CallProvider");
  return call;
}
