import {
  RoomContext,
  useAudioPlayback,
  useConnectionState,
  useLocalParticipant,
  useParticipants,
  useSpeakingParticipants,
} from "@livekit/components-react";
import { ConnectionState, type Room, RoomEvent } from "livekit-client";
import { useEffect, useState, useSyncExternalStore } from "react";
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
  const [settled, settle] = useState<ReadonlySet<string>>(new Set());

  const isConnected = connection === ConnectionState.Connected && isOnline;
  useEffect(() => {
    if (connection === ConnectionState.Disconnected) return;
    machine.reportConnection(isConnected ? "connected" : "reconnecting");
  }, [connection, isConnected, machine]);

  useEffect(() => {
    const heard = isConnected ? speakers : []; // what was heard last isn't what is heard
    machine.report({ speaking: new Set(heard.map(({ identity }) => identity)) });
  }, [speakers, isConnected, machine]);

  const sids = participants.map(({ sid }) => sid).join(" ");
  useEffect(() => {
    // Not cleared by who comes next: that would keep those before them waiting.
    setTimeout(() => settle(new Set(sids.split(" "))), SETTLED_MS);
  }, [sids]);

  const cameAt = Number(localParticipant.joinedAt);
  useEffect(() => {
    const silent = participants.filter(({ sid, joinedAt, isMicrophoneEnabled }) => {
      // Both are LiveKit's times: its clock may be minutes away from this device's.
      const wasHere = Number(joinedAt) < cameAt - SETTLED_MS;
      return !isMicrophoneEnabled && (wasHere || settled.has(sid));
    });
    machine.report({ silent: new Set(silent.map(({ identity }) => identity)) });
  }, [participants, settled, cameAt, machine]);

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
