import { useId, useMemo, useState } from "react";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { MemberName } from "../../sangha/badges/MemberName";
import { Avatar } from "../../sangha/ui/Avatar";
import { Banner } from "../../sangha/ui/Banner";
import { Field, TextInput } from "../../sangha/ui/Field";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { wordsOf } from "../feedback/words";
import { filterByName, sortByName } from "../members/groups";
import { useAllMembers } from "../members/useAllMembers";
import styles from "./MemberPick.module.css";

const MOST = 8; // shown at once

interface MemberPickProps {
  room: WholeRoom;
  chosen: Member | null;
  onChoose: (member: Member) => void;
}

/** Chooses one of a community's members, but oneself: found by a part of their name. */
export function MemberPick({ room, chosen, onChoose }: MemberPickProps) {
  const { members, query } = useAllMembers(room);
  const [text, setText] = useState("");
  const group = useId();
  const others = useMemo(
    () => sortByName((members ?? []).filter((member) => member.user_id !== room.me.user_id)),
    [members, room.me.user_id],
  );
  const found = filterByName(others, text);
  const shown = found.slice(0, MOST);
  if (members === undefined) {
    return query.isError ? (
      <Banner tone="danger">The members can’t be read. {wordsOf(query.error)}</Banner>
    ) : (
      <Skeleton lines={3} label="Reading the members" />
    );
  }
  return (
    <div className={styles.pick}>
      <Field
        label="Find a member"
        hint={
          found.length > MOST
            ? `${MOST} of ${found.length} are shown: write more of the name.`
            : undefined
        }
      >
        <TextInput
          type="search"
          value={text}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      {shown.length === 0 ? (
        <p className={styles.none} role="status">
          {others.length === 0
            ? "There is nobody else here yet."
            : "Nobody has that in their name."}
        </p>
      ) : (
        <fieldset className={styles.list}>
          <legend className={styles.legend}>Members</legend>
          {shown.map((member) => (
            <label key={member.user_id} className={styles.member}>
              <input
                type="radio"
                name={group}
                checked={member.user_id === chosen?.user_id}
                onChange={() => onChoose(member)}
              />
              <Avatar name={member.name} id={member.user_id} size={24} />
              <MemberName name={member.name} color={member.color} badges={member.badges} />
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
