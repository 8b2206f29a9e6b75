import {
  RoomContext,
  useAudioPlayback,
  useConnectionState,
  useLocalParticipant,
  useParticipants,
  useSpeakingParticipants,
} from "@livekit/components-react";
import { ConnectionState, type Room, RoomEvent } from "livekit-client";
import { useEffect, useReducer, useSyncExternalStore } from "react";
import type { CallMachine } from "./machine";
import { useCallKeys } from "./useCallKeys";
import { useDeafNews } from "./useDeafNews";
import { useWakeLock } from "./useWakeLock";
import { Voices } from "./Voices";

interface CallRoomProps {
  room: Room;
  machine: CallMachine;
}

/** Plays what others say, tells the rest of the page what happens in the call, and heeds its keys. */
export default function CallRoom({
  room,
  machine,
  deafened,
}: CallRoomProps & { deafened: boolean }) {
  useCallKeys(machine);
  useDeafNews(deafened);
  useWakeLock();
  return (
    <RoomContext value={room}>
      <Voices deafened={deafened} />
      <Reports room={room} machine={machine} />
    </RoomContext>
  );
}

const CHANGES = [
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ParticipantPermissionsChanged,
  RoomEvent.ParticipantAttributesChanged,
];
function subscribeOnline(tell: () => void): () => void {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  return () => {
    window.removeEventListener("online", tell);
    window.removeEventListener("offline", tell);
  };
}

const SETTLED_MS = 3_000; // who has just come publishes their microphone in a moment

function Reports({ room, machine }: CallRoomProps) {
  const connection = useConnectionState();
  // LiveKit's client notices a lost network by what doesn't come: up to 15 s later.
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  const speakers = useSpeakingParticipants();
  const participants = useParticipants({ updateOnlyOn: CHANGES });
  const { isMicrophoneEnabled, localParticipant } = useLocalParticipant();
  const { canPlayAudio } = useAudioPlayback(room);
  const [settled, settle] = useReducer((count: number) => count + 1, 0);

  const isConnected = connection === ConnectionState.Connected && isOnline;
  useEffect(() => {
    if (connection === ConnectionState.Disconnected) return;
    machine.reportConnection(isConnected ? "connected" : "reconnecting");
  }, [connection, isConnected, machine]);

  useEffect(() => {
    const heard = isConnected ? speakers : []; // what was heard last isn't what is heard
    machine.report({ speaking: new Set(heard.map(({ identity }) => identity)) });
  }, [speakers, isConnected, machine]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: who has come is looked at once more
  useEffect(() => {
    const silent = participants.filter((participant) => {
      const hasJustCome = Date.now() - (participant.joinedAt?.getTime() ?? 0) < SETTLED_MS;
      return !participant.isMicrophoneEnabled && !hasJustCome;
    });
    machine.report({ silent: new Set(silent.map(({ identity }) => identity)) });
  }, [participants, settled, machine]);

  const count = participants.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it waits after each who comes
  useEffect(() => {
    const settling = setTimeout(settle, SETTLED_MS);
    return () => clearTimeout(settling);
  }, [count]);

  const isModerated = localParticipant.attributes.muted === "true";
  const mayPublish = localParticipant.permissions?.canPublish !== false;
  useEffect(() => {
    machine.reportMicrophone(
      isModerated ? "moderated" : !mayPublish ? "not_allowed" : isMicrophoneEnabled ? "on" : null,
    );
  }, [isModerated, mayPublish, isMicrophoneEnabled, machine]);

  useEffect(() => machine.report({ audible: canPlayAudio }), [canPlayAudio, machine]);
  return null;
}
