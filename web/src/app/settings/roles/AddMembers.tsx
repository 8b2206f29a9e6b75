import { Check, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import type { Member, Role, WholeRoom } from "../../../sangha/api/types";
import { Banner } from "../../../sangha/ui/Banner";
import { Button, IconButton } from "../../../sangha/ui/Button";
import { Field, TextInput } from "../../../sangha/ui/Field";
import { Modal } from "../../../sangha/ui/Modal";
import { wordsOf } from "../../feedback/words";
import type { useMembers } from "../../queries";
import { whyNotFor } from "./locks";
import { MemberLine } from "./MemberLine";
import styles from "./RoleMembers.module.css";

const AT_ONCE = 50; // more than anyone reads through: type more of the name

interface AddMembersProps {
  room: WholeRoom;
  role: Role;
  /** All that are read so far. */
  members: readonly Member[];
  everybody: ReturnType<typeof useMembers>;
  busyId: string | null;
  /** Why nobody can be added for a while. */
  limited: string | undefined;
  onAdd: (member: Member) => void;
  onClose: () => void;
}

/** Finds members by their names and gives them the role, one after another. */
export function AddMembers(props: AddMembersProps) {
  const { room, role, members, everybody, busyId, limited, onAdd, onClose } = props;
  const [search, setSearch] = useState("");
  const [before] = useState(
    () => new Set(members.filter((m) => m.roles.includes(role.id)).map((m) => m.user_id)),
  );
  const { hasNextPage, isFetching, isError, fetchNextPage } = everybody;

  // The search finds only who is read: all of them, page after page.
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);

  const wanted = search.trim().toLocaleLowerCase();
  // Who was just added stays in the list, with a tick: it doesn't jump under the pointer.
  const found = members.filter(
    (member) => !before.has(member.user_id) && member.name.toLocaleLowerCase().includes(wanted),
  );
  return (
    <Modal
      open
      onClose={onClose}
      title="Add members"
      description={
        <>
          They get <bdi>{role.name}</bdi> at once.
        </>
      }
      actions={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Field label="Search by name">
        <TextInput
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          autoComplete="off"
        />
      </Field>
      {isError && <Banner tone="warning">{wordsOf(everybody.error)}</Banner>}
      {limited !== undefined && <Banner tone="warning">{limited}</Banner>}
      <ul className={styles.found}>
        {found.slice(0, AT_ONCE).map((member) => {
          const has = member.roles.includes(role.id);
          return (
            <MemberLine key={member.user_id} member={member}>
              <IconButton
                label={`Add ${member.name}`}
                size="small"
                busy={busyId === member.user_id}
                why={
                  has ? "They have the role now." : (whyNotFor(room, role, member, true) ?? limited)
                }
                onClick={() => onAdd(member)}
              >
                {has ? <Check aria-hidden /> : <Plus aria-hidden />}
              </IconButton>
            </MemberLine>
          );
        })}
      </ul>
      <p className={styles.none} role="status">
        {found.length === 0 && !hasNextPage && "There is nobody else of that name."}
        {found.length > AT_ONCE &&
          `${AT_ONCE} of ${found.length.toLocaleString()} are shown: type more of the name.`}
        {hasNextPage && " Reading more members…"}
      </p>
    </Modal>
  );
}
