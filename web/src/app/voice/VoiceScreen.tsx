import { PhoneOff, Users, Volume2 } from "lucide-react";
import { useMemo, useRef } from "react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { may } from "../../sangha/permissions";
import { Banner } from "../../sangha/ui/Banner";
import { Button } from "../../sangha/ui/Button";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { useCountdown } from "../../sangha/ui/useCountdown";
import { useFocusKept } from "../../sangha/voice/useFocusKept";
import { useVoicePresence } from "../../sangha/voice/useVoicePresence";
import { useNarrow } from "../shell/useNarrow";
import { useCall } from "./call";
import { againWords, callWords } from "./callWords";
import { DeafenButton } from "./DeafenButton";
import { DevicesButton } from "./DevicesButton";
import { MicrophoneButton } from "./MicrophoneButton";
import { callNote } from "./microphoneWords";
import { usePersonActions } from "./personActions";
import { presenceNote } from "./presenceWords";
import { MUTE_KEY } from "./shortcut";
import { Tile } from "./Tile";
import styles from "./VoiceScreen.module.css";
import { voiceChannels } from "./voiceChannels";

const NOBODY: ReadonlySet<string> = new Set();

/** A voice channel: who is in it, and how to join. */
export default function VoiceScreen({ room, channel }: { room: WholeRoom; channel: Channel }) {
  const { userId } = useSangha();
  const call = useCall();
  const privateIds = useMemo(() => voiceChannels(room).privateIds, [room]);
  const presence = useVoicePresence(room.room.id, privateIds);
  const { actionsFor, mutedForMe, dialogs } = usePersonActions(room);
  const { participants = [], agents = [] } = presence.channels.get(channel.id) ?? {};
  const people = useRef<HTMLDivElement>(null);
  const kept = useFocusKept(people, presence.channels);
  const { state } = call;
  const foot = useRef<HTMLElement>(null);
  const footKept = useFocusKept(foot, state.phase);
  const isHere =
    state.phase !== "idle" &&
    state.target.kind === "channel" &&
    state.target.channelId === channel.id;
  const isIn = isHere && state.phase === "in";
  const note = presenceNote(presence);
  const narrow = useNarrow(); // else the side beside it is what screen readers say
  const tiles = (speakers: typeof participants) =>
    speakers.map((speaker) => (
      <Tile
        key={speaker.identity}
        speaker={speaker}
        isMe={speaker.identity === userId}
        speaking={(isIn ? call.speaking : NOBODY).has(speaker.identity)}
        silent={(isIn ? call.silent : NOBODY).has(speaker.identity)}
        mutedForMe={mutedForMe.has(speaker.identity)}
        groups={actionsFor(speaker, channel)}
      />
    ));
  return (
    <div className={styles.screen} data-call={isHere ? "here" : undefined}>
      {isHere && state.phase === "in" && state.connection === "reconnecting" && (
        <Banner tone="warning" quiet={!narrow}>
          Reconnecting. You will be heard again in a moment.
        </Banner>
      )}
      <div ref={people} className={styles.people} tabIndex={-1} {...kept}>
        {presence.status === "loading" && participants.length === 0 ? (
          <Skeleton lines={3} label="Reading who is in voice" />
        ) : participants.length === 0 ? (
          <div className={styles.empty}>
            <Users aria-hidden />
            <h2>Nobody is here yet</h2>
            {may(channel.permissions, "CONNECT") && (
              <p>Join, and others see that there is somebody to talk to.</p>
            )}
          </div>
        ) : (
          <ul className={styles.tiles} aria-label="People in this channel">
            {tiles(participants)}
          </ul>
        )}
        {agents.length > 0 && (
          <section aria-labelledby="agents" className={styles.agents}>
            <h2 id="agents">Bots</h2>
            <ul className={styles.tiles} aria-label="Bots in this channel">
              {tiles(agents)}
            </ul>
          </section>
        )}
      </div>
      <footer ref={foot} className={styles.foot} {...footKept}>
        <Ways room={room} channel={channel} isHere={isHere} />
        {note !== null && (
          <p className={styles.note} role={narrow ? "status" : undefined}>
            {note}
          </p>
        )}
      </footer>
      {dialogs}
    </div>
  );
}

interface WaysProps {
  room: WholeRoom;
  channel: Channel;
  isHere: boolean;
}

/** In: the microphone and the way out. Else the way in, and why it is closed. */
function Ways({ room, channel, isHere }: WaysProps) {
  const { state, microphone, deafened, audible, join, leave, startAudio, warm } = useCall();
  const left = useCountdown(state.phase === "limited" ? state.until : null);
  const enter = () =>
    join({
      kind: "channel",
      roomId: room.room.id,
      channelId: channel.id,
      name: channel.name,
    });
  if (isHere && state.phase === "in") {
    const isThere = state.connection === "connected";
    const note = isThere ? callNote(microphone, deafened) : null;
    return (
      <>
        {!audible && (
          <Button look="primary" onClick={startAudio}>
            <Volume2 aria-hidden /> Play the sound
          </Button>
        )}
        <div className={styles.ways}>
          <MicrophoneButton />
          <DeafenButton />
          <DevicesButton />
          <Button look="danger" onClick={leave}>
            <PhoneOff aria-hidden /> Leave
          </Button>
        </div>
        <p className={styles.note}>
          {note ?? (
            <>
              <kbd>{MUTE_KEY}</kbd> mutes and unmutes you anywhere.
            </>
          )}
        </p>
      </>
    );
  }
  const isComing = isHere && (state.phase === "joining" || state.phase === "limited");
  const why = may(channel.permissions, "CONNECT")
    ? undefined
    : "You may see who is here, but you may not join.";
  const failed = isHere && state.phase === "failed" ? state : null;
  const again = failed === null ? null : againWords(failed);
  return (
    <>
      {failed !== null && (
        <div className={styles.narrow}>
          <Banner tone="warning">{callWords(failed)}</Banner>
        </div>
      )}
      <div className={styles.ways}>
        <Button
          look="primary"
          busy={isComing}
          why={why}
          onClick={enter}
          onPointerEnter={warm}
          onFocus={warm}
        >
          <Volume2 aria-hidden />
          {!isComing && (again ?? "Join voice")}
          {isComing && (state.phase === "limited" ? `Joining in ${left} s` : "Joining…")}
        </Button>
        {isComing && <Button onClick={leave}>Cancel</Button>}
      </div>
      {why !== undefined && <p className={styles.note}>{why}</p>}
    </>
  );
}
