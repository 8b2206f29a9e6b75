import { MicOff } from "lucide-react";
import { useEffect, useState } from "react";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Avatar } from "../../sangha/ui/Avatar";
import { Button } from "../../sangha/ui/Button";
import { Modal, type ModalProps } from "../../sangha/ui/Modal";
import { useBlocking, useBlocks } from "../blocks";
import { quoted } from "../community/quoted";
import { RoleChip } from "../community/RoleChip";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import { useToasts } from "../feedback/toasts";
import { whyNotRemove } from "./allowed";
import styles from "./MemberCard.module.css";
import { RemoveMember } from "./RemoveMember";
import { RoleChoice } from "./RoleChoice";

interface MemberCardProps {
  room: WholeRoom;
  member: Member;
  /** They are no member any more, by whomever. */
  gone: boolean;
  online: boolean;
  onClose: () => void;
  /** Where the focus goes if their place in the list is gone. */
  focusAfter: NonNullable<ModalProps["focusAfter"]>;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** Who a member is, and what one may do about them: give roles, kick, ban, block. */
export default function MemberCard(props: MemberCardProps) {
  const { room, member, gone, online, onClose, focusAfter } = props;
  const { userId } = useSangha();
  const { tell } = useToasts();
  const [removing, setRemoving] = useState<"kick" | "ban" | null>(null);
  const isMe = member.user_id === userId;
  const blocked = useBlocks().data?.some(({ user_id }) => user_id === member.user_id);
  // One's own push may come before the answer, which says what was done.
  const wentAway = gone && removing === null;
  useEffect(() => {
    if (!wentAway) return;
    onClose();
    tell(`${quoted(member.name)} is no member any more.`);
  }, [wentAway, member.name, onClose, tell]);
  return (
    <Modal
      open
      onClose={onClose}
      focusAfter={focusAfter}
      title={<bdi>{member.name}</bdi>}
      {...(!isMe && {
        actions: <CardActions room={room} member={member} onRemove={setRemoving} />,
      })}
    >
      <div className={styles.who}>
        <Avatar name={member.name} id={member.user_id} size={64} online={online} />
        <div className={styles.facts}>
          <p>
            {online ? "Online" : "Offline"}
            {isMe && " · this is you"}
          </p>
          <p>
            Member since <time>{day.format(member.joined_at)}</time>
          </p>
          {member.voice_muted && (
            <p className={styles.muted}>
              <MicOff aria-hidden /> Muted by a moderator
            </p>
          )}
          {blocked && (
            <p>
              Blocked: the two of you are never matched. In voice you still hear each other; there
              you can mute them for yourself.
            </p>
          )}
          {member.owner && <RoleChip name="Owner" icon="crown" color={null} />}
        </div>
      </div>
      <RoleChoice room={room} member={member} />
      {removing !== null && (
        <RemoveMember
          room={room}
          member={member}
          how={removing}
          onClose={() => setRemoving(null)}
          onDone={onClose}
          focusAfter={focusAfter}
        />
      )}
    </Modal>
  );
}

interface CardActionsProps {
  room: WholeRoom;
  member: Member;
  onRemove: (how: "kick" | "ban") => void;
}

function CardActions({ room, member, onRemove }: CardActionsProps) {
  return (
    <>
      <BlockButton member={member} />
      <Button why={whyNotRemove(room, member, "KICK_MEMBERS")} onClick={() => onRemove("kick")}>
        Kick
      </Button>
      <Button
        look="danger"
        why={whyNotRemove(room, member, "BAN_MEMBERS")}
        onClick={() => onRemove("ban")}
      >
        Ban
      </Button>
    </>
  );
}

function BlockButton({ member }: { member: Member }) {
  const blocks = useBlocks();
  const { block, unblock } = useBlocking();
  const blocked = blocks.data?.some(({ user_id }) => user_id === member.user_id);
  const unreadable = blocks.isError && blocks.data === undefined;
  const write = useWrite();
  const announce = useAnnounce();
  const change = () =>
    void write.run(async () => {
      await (blocked ? unblock : block)(member.user_id);
      announce(`${quoted(member.name)} is ${blocked ? "no longer blocked" : "blocked"}.`);
    });
  return (
    <div className={styles.block}>
      <WriteState write={write} />
      <Button
        look="quiet"
        busy={write.busy || (blocked === undefined && !unreadable)}
        why={unreadable ? "Whom you have blocked can’t be read right now." : undefined}
        onClick={change}
      >
        {blocked ? "Unblock" : "Block"}
      </Button>
    </div>
  );
}
