import { Bot, Ear, MicOff, VolumeX } from "lucide-react";
import { memo } from "react";
import type { Channel } from "../api/types";
import { MemberName } from "../badges/MemberName";
import hidden from "../style/hidden.module.css";
import { Avatar } from "../ui/Avatar";
import { Tip } from "../ui/Tip";
import { describe, type Speaker } from "./attributes";
import { PersonActions } from "./PersonActions";
import styles from "./VoicePerson.module.css";
import type { VoiceSidebarProps } from "./VoiceSidebar";

interface VoicePersonProps {
  actionsFor: VoiceSidebarProps["actionsFor"];
  speaker: Speaker;
  channel: Channel;
  isMe: boolean;
  speaking: boolean;
  silent: boolean;
  mutedForMe?: boolean | undefined;
}

/** Somebody in a voice channel, on one line. */
export const VoicePerson = memo(function VoicePerson({
  speaker,
  channel,
  isMe,
  speaking,
  silent,
  mutedForMe,
  actionsFor,
}: VoicePersonProps) {
  const groups = actionsFor?.(speaker, channel) ?? [];
  const isHeard = speaking && speaker.maySpeak && !speaker.muted;
  return (
    <li className={styles.person} data-speaking={isHeard || undefined}>
      <span className={styles.who} aria-hidden>
        <Avatar name={speaker.name} id={speaker.identity} size={24} speaking={isHeard} />
        <MemberName name={speaker.name} color={speaker.color} badges={speaker.badges} size={14} />
        {speaker.isAgent && (
          <span className={styles.tag}>
            <Bot aria-hidden /> Bot
          </span>
        )}
        <Sound speaker={speaker} silent={silent} mutedForMe={mutedForMe} />
      </span>
      <span className={hidden.hidden}>
        {describe(speaker, { speaking: isHeard, silent, isMe, mutedForMe })}
      </span>
      <PersonActions speaker={speaker} className={styles.more} groups={groups} />
    </li>
  );
});

type SoundProps = Pick<VoicePersonProps, "speaker" | "silent" | "mutedForMe">;

/** Why somebody isn't heard: by a moderator, oneself, for want of a permission, or by themselves. */
export function Sound({ speaker, silent, mutedForMe }: SoundProps) {
  if (speaker.muted) {
    return (
      <Tip text="Muted by a moderator">
        <span className={styles.sound} data-by="moderator">
          <MicOff aria-hidden />
        </span>
      </Tip>
    );
  }
  if (mutedForMe) {
    return (
      <Tip text="Muted for you">
        <span className={styles.sound}>
          <VolumeX aria-hidden />
        </span>
      </Tip>
    );
  }
  if (!speaker.maySpeak) {
    return (
      <Tip text="May listen, not speak">
        <span className={styles.sound}>
          <Ear aria-hidden />
        </span>
      </Tip>
    );
  }
  if (!silent) return null;
  return (
    <Tip text="Muted">
      <span className={styles.sound}>
        <MicOff aria-hidden />
      </span>
    </Tip>
  );
}
