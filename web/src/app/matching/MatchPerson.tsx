import { Ban, MicOff, MoreHorizontal } from "lucide-react";
import { Actions } from "../../sangha/ui/Actions";
import { Avatar } from "../../sangha/ui/Avatar";
import { IconButton } from "../../sangha/ui/Button";
import styles from "./MatchPerson.module.css";
import type { TheMatch } from "./Talk";

interface MatchPersonProps {
  member: TheMatch["members"][number];
  isMe: boolean;
  /** Whether they are in the call. */
  isHere: boolean;
  /** Whether all have been there at the same time. */
  hasBegun: boolean;
  speaking: boolean;
  silent: boolean;
  onBlock: () => void;
}

/** Somebody in the match: whether they have come, and whether they speak. */
export function MatchPerson(props: MatchPersonProps) {
  const { member, isMe, isHere, hasBegun, speaking, silent, onBlock } = props;
  const here = speaking ? "Speaking" : silent ? "Muted" : "Here";
  const away = isMe ? "Not connected" : hasBegun ? "Not in the call" : "On the way…";
  const state = isHere ? here : away;
  return (
    <li
      className={styles.person}
      data-here={isHere || undefined}
      data-speaking={(isHere && speaking) || undefined}
    >
      <Avatar name={member.name} id={member.user_id} size={64} speaking={isHere && speaking} />
      <bdi className={styles.name} title={member.name}>
        {member.name}
      </bdi>
      <span className={styles.state}>
        {isHere && silent && <MicOff aria-hidden />}
        {isMe ? `You · ${state}` : state}
      </span>
      {!isMe && (
        <span className={styles.more}>
          <Actions
            trigger={
              <IconButton label={`Actions for ${member.name}`} size="small">
                <MoreHorizontal aria-hidden />
              </IconButton>
            }
            groups={[
              [{ label: "Block", icon: <Ban aria-hidden />, tone: "danger", onSelect: onBlock }],
            ]}
          />
        </span>
      )}
    </li>
  );
}
