import { useCallback, useMemo } from "react";
import { useLocation } from "wouter";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { useVoicePresence } from "../../sangha/voice/useVoicePresence";
import { VoiceSidebar } from "../../sangha/voice/VoiceSidebar";
import list from "../shell/channels.module.css";
import styles from "./CommunityVoice.module.css";
import { useCall } from "./call";
import { usePersonActions } from "./personActions";
import { presenceNote } from "./presenceWords";
import { voiceChannels } from "./voiceChannels";

/** A community's voice channels in the side: who is in each, by push. */
export function CommunityVoice({ room }: { room: WholeRoom }) {
  const { userId } = useSangha();
  const call = useCall();
  const { join, warm } = call;
  const [path, navigate] = useLocation();
  const roomId = room.room.id;
  const { channels, privateIds } = useMemo(() => voiceChannels(room), [room]);
  const presence = useVoicePresence(roomId, privateIds);
  const { actionsFor, mutedForMe, dialogs } = usePersonActions(room);
  const onJoin = useCallback(
    (channel: Channel) => {
      join({ kind: "channel", roomId, channelId: channel.id, name: channel.name });
      navigate(`/rooms/${roomId}/channels/${channel.id}`);
    },
    [join, navigate, roomId],
  );
  if (channels.length === 0) return null;
  const { state } = call;
  const target = state.phase !== "idle" && state.target.kind === "channel" ? state.target : null;
  const isComing = state.phase === "joining" || state.phase === "limited";
  const note = presenceNote(presence);
  return (
    <section aria-labelledby="voice-channels">
      <h3 id="voice-channels" className={list.head}>
        Voice channels
      </h3>
      <VoiceSidebar
        channels={channels}
        here={presence.channels}
        userId={userId}
        currentChannelId={state.phase === "in" ? target?.channelId : undefined}
        joiningChannelId={isComing ? target?.channelId : undefined}
        shownChannelId={channels.find(({ id }) => path === `/rooms/${roomId}/channels/${id}`)?.id}
        speaking={call.speaking}
        silent={call.silent}
        mutedForMe={mutedForMe}
        onJoin={onJoin}
        onIntent={warm}
        actionsFor={actionsFor}
      />
      {presence.status === "loading" && <Skeleton lines={1} label="Reading who is in voice" />}
      {note !== null && (
        <p className={styles.note} role="status">
          {note}
        </p>
      )}
      {dialogs}
    </section>
  );
}
