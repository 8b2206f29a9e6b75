import type { Channel } from "../api/types";
import type { Action } from "../ui/Actions";
import type { Speaker } from "./attributes";
import type { Here } from "./presence";
import { useVoiceNews } from "./useVoiceNews";
import { VoiceChannelItem } from "./VoiceChannelItem";
import styles from "./VoiceSidebar.module.css";

export interface VoiceSidebarProps {
  /** The voice channels, in their order; of others nothing is shown. */
  channels: readonly Channel[];
  /** Who is where, as `useVoicePresence` has it. */
  here: ReadonlyMap<string, Here>;
  /** The user id of who is signed in. */
  userId: string;
  /** The channel one is in. */
  currentChannelId?: string | undefined;
  /** The channel one is about to be in. */
  joiningChannelId?: string | undefined;
  /** The channel whose page is shown. */
  shownChannelId?: string | undefined;
  /** Identities who speak, and who have muted themselves, in the channel one is in. */
  speaking?: ReadonlySet<string>;
  silent?: ReadonlySet<string>;
  /** Identities whom one has muted for oneself alone. */
  mutedForMe?: ReadonlySet<string> | undefined;
  onJoin: (channel: Channel) => void;
  /** Somebody is about to join: the moment to load what that needs. */
  onIntent?: ((channel: Channel) => void) | undefined;
  /** What can be done about somebody, in groups; without any there is no button. */
  actionsFor?: ((speaker: Speaker, channel: Channel) => readonly (readonly Action[])[]) | undefined;
}

const NOBODY: ReadonlySet<string> = new Set();

/**
 * A community's voice channels and who is in each. Says aloud who comes, goes and is muted by a
 * moderator in the channel one is in, and nothing of the others.
 */
export function VoiceSidebar({
  channels,
  here,
  userId,
  currentChannelId,
  joiningChannelId,
  shownChannelId,
  speaking = NOBODY,
  silent = NOBODY,
  ...rest
}: VoiceSidebarProps) {
  useVoiceNews(currentChannelId, here, userId);
  return (
    <ul className={styles.channels} aria-label="Voice channels">
      {channels.map((channel) => {
        const isCurrent = channel.id === currentChannelId;
        return (
          <VoiceChannelItem
            key={channel.id}
            {...rest}
            channel={channel}
            here={here.get(channel.id)}
            userId={userId}
            current={isCurrent}
            joining={channel.id === joiningChannelId}
            shown={channel.id === shownChannelId}
            speaking={isCurrent ? speaking : NOBODY}
            silent={isCurrent ? silent : NOBODY}
          />
        );
      })}
    </ul>
  );
}
