import { Lock, Volume2 } from "lucide-react";
import { memo, useRef } from "react";
import type { Channel } from "../api/types";
import { may } from "../permissions";
import { Tip } from "../ui/Tip";
import type { Here } from "./presence";
import { useFocusKept } from "./useFocusKept";
import { VoicePerson } from "./VoicePerson";
import type { VoiceSidebarProps } from "./VoiceSidebar";
import styles from "./VoiceSidebar.module.css";

type VoiceChannelItemProps = Pick<
  VoiceSidebarProps,
  "mutedForMe" | "onJoin" | "onIntent" | "actionsFor"
> & {
  channel: Channel;
  here: Here | undefined;
  userId: string;
  current: boolean;
  joining: boolean;
  shown: boolean;
  speaking: ReadonlySet<string>;
  silent: ReadonlySet<string>;
};

const MAY_NOT = "You may see who is here, but you may not join.";

function count(people: number): string {
  if (people === 0) return "nobody";
  return people === 1 ? "1 person" : `${people} people`;
}

/** One voice channel: a button that joins it, and who is in it. */
export const VoiceChannelItem = memo(function VoiceChannelItem({
  channel,
  here,
  userId,
  current,
  joining,
  shown,
  speaking,
  silent,
  mutedForMe,
  onJoin,
  onIntent,
  actionsFor,
}: VoiceChannelItemProps) {
  const people = here?.participants ?? [];
  const agents = here?.agents ?? [];
  const why = may(channel.permissions, "CONNECT") ? undefined : MAY_NOT;
  const button = useRef<HTMLButtonElement>(null);
  const kept = useFocusKept(button, here);
  const state = current ? "you are here" : joining ? "joining" : undefined;
  const said = [channel.name, "voice channel", channel.private && "private", count(people.length)];
  const join = (
    <button
      ref={button}
      type="button"
      className={styles.channel}
      data-current={current || undefined}
      aria-label={[...said, state].filter(Boolean).join(", ")}
      aria-current={shown ? "page" : undefined}
      aria-disabled={why !== undefined || undefined}
      aria-description={why}
      aria-busy={joining || undefined}
      onClick={() => why === undefined && onJoin(channel)}
      onPointerEnter={() => why === undefined && onIntent?.(channel)}
      onFocus={() => why === undefined && onIntent?.(channel)}
    >
      {channel.private || why !== undefined ? <Lock aria-hidden /> : <Volume2 aria-hidden />}
      <bdi className={styles.name}>{channel.name}</bdi>
      {people.length > 0 && <span className={styles.count} data-count={people.length} />}
    </button>
  );
  const rows = [...people, ...agents];
  return (
    <li>
      {why === undefined ? (
        join
      ) : (
        <Tip text={why} side="right">
          {join}
        </Tip>
      )}
      {rows.length > 0 && (
        <ul className={styles.people} aria-label={`In ${channel.name}`} {...kept}>
          {rows.map((speaker) => (
            <VoicePerson
              key={speaker.identity}
              speaker={speaker}
              channel={channel}
              isMe={speaker.identity === userId}
              speaking={speaking.has(speaker.identity)}
              silent={silent.has(speaker.identity)}
              mutedForMe={mutedForMe?.has(speaker.identity)}
              actionsFor={actionsFor}
            />
          ))}
        </ul>
      )}
    </li>
  );
});
