import { Bot } from "lucide-react";
import { MemberName } from "../../sangha/badges/MemberName";
import hidden from "../../sangha/style/hidden.module.css";
import type { Action } from "../../sangha/ui/Actions";
import { Avatar } from "../../sangha/ui/Avatar";
import { describe, type Speaker } from "../../sangha/voice/attributes";
import { PersonActions } from "../../sangha/voice/PersonActions";
import { Sound } from "../../sangha/voice/VoicePerson";
import styles from "./Tile.module.css";

interface TileProps {
  speaker: Speaker;
  isMe: boolean;
  speaking: boolean;
  silent: boolean;
  mutedForMe: boolean;
  groups: readonly (readonly Action[])[];
}

/** Somebody in the channel, as a tile. */
export function Tile({ speaker, isMe, speaking, silent, mutedForMe, groups }: TileProps) {
  const isHeard = speaking && speaker.maySpeak && !speaker.muted;
  return (
    <li className={styles.tile} data-speaking={isHeard || undefined}>
      <div className={styles.who} aria-hidden>
        <Avatar name={speaker.name} id={speaker.identity} size={64} speaking={isHeard} />
        <span className={styles.name}>
          {speaker.isAgent && <Bot />}
          <MemberName name={speaker.name} color={speaker.color} badges={speaker.badges} />
          <Sound speaker={speaker} silent={silent} mutedForMe={mutedForMe} />
        </span>
      </div>
      <span className={hidden.hidden}>
        {describe(speaker, { speaking: isHeard, silent, isMe, mutedForMe })}
      </span>
      <PersonActions speaker={speaker} className={styles.more} groups={groups} />
    </li>
  );
}
