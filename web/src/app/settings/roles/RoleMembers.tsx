import { UserMinus, UserPlus } from "lucide-react";
import { useRef, useState } from "react";
import type { Member, Role, WholeRoom } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { Banner } from "../../../sangha/ui/Banner";
import { Button, IconButton } from "../../../sangha/ui/Button";
import { Skeleton } from "../../../sangha/ui/Skeleton";
import { useCountdown } from "../../../sangha/ui/useCountdown";
import { quoted } from "../../community/quoted";
import { Broken } from "../../feedback/Broken";
import { useToasts } from "../../feedback/toasts";
import { wordsOf } from "../../feedback/words";
import { AddMembers } from "./AddMembers";
import { whyLocked, whyNotFor } from "./locks";
import { MemberLine } from "./MemberLine";
import styles from "./RoleMembers.module.css";
import { useHolders } from "./useHolders";
import type { RoleWrites } from "./useRoleWrites";

interface RoleMembersProps {
  room: WholeRoom;
  role: Role;
  writes: RoleWrites;
}

/** Who has a role; gives it and takes it away, at once. */
export function RoleMembers({ room, role, writes }: RoleMembersProps) {
  const { asked, everybody, known, holders } = useHolders(room.room.id, role.id);
  const [adds, setAdds] = useState(false);
  const [busyId, setBusyId] = useState<string | null>(null);
  const left = useCountdown(writes.limitedUntil);
  const announce = useAnnounce();
  const { tellProblem } = useToasts();
  const title = useRef<HTMLHeadingElement>(null);
  const limited = left > 0 ? `Wait ${left} s: that was a lot in a short time.` : undefined;
  const why = whyLocked(room, role) ?? limited;

  async function give(member: Member, has: boolean) {
    if (busyId !== null) return;
    setBusyId(member.user_id);
    try {
      await writes.give(member, role.id, has);
      announce(
        has
          ? `${quoted(member.name)} has the role now.`
          : `${quoted(member.name)} has lost the role.`,
      );
      if (!has) title.current?.focus();
    } catch (error) {
      tellProblem(error);
    } finally {
      setBusyId(null);
    }
  }

  if (asked.isPending) return <Skeleton lines={4} label="Reading who has this role" />;
  if (asked.data === undefined) {
    return (
      <Broken title="Who has this role can’t be shown" onRetry={() => void asked.refetch()}>
        {wordsOf(asked.error)}
      </Broken>
    );
  }
  const count = holders.length.toLocaleString();
  return (
    <div className={styles.members}>
      <div className={styles.head}>
        <h3 ref={title} tabIndex={-1} className={styles.title}>
          {holders.length === 1 ? "1 member has" : `${count} members have`} this role
        </h3>
        <Button onClick={() => setAdds(true)} why={why}>
          <UserPlus aria-hidden />
          Add members
        </Button>
      </div>
      {asked.isError && <Banner tone="warning">{wordsOf(asked.error)}</Banner>}
      {holders.length === 0 && <p className={styles.none}>Nobody has it yet.</p>}
      <ul className={styles.list}>
        {holders.map((member) => (
          <MemberLine key={member.user_id} member={member}>
            <IconButton
              label={`Take the role from ${member.name}`}
              size="small"
              busy={busyId === member.user_id}
              why={whyNotFor(room, role, member, false) ?? limited}
              onClick={() => void give(member, false)}
            >
              <UserMinus aria-hidden />
            </IconButton>
          </MemberLine>
        ))}
      </ul>
      {asked.hasNextPage && (
        <Button busy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          Show more
        </Button>
      )}
      {adds && (
        <AddMembers
          room={room}
          role={role}
          members={known}
          everybody={everybody}
          busyId={busyId}
          limited={limited}
          onAdd={(member) => void give(member, true)}
          onClose={() => setAdds(false)}
        />
      )}
    </div>
  );
}
