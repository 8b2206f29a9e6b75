import type { Member } from "../../sangha/api/types";
import type { MemberGroup } from "./groups";

interface HeadRow {
  kind: "head";
  key: string;
  group: MemberGroup;
}

interface MemberRow {
  kind: "member";
  key: string;
  group: MemberGroup;
  member: Member;
  /** In the group, from 1. */
  place: number;
}

export type Row = HeadRow | MemberRow;

/** Returns what is drawn one under the other: each group's head, then its members. */
export function rowsOf(groups: readonly MemberGroup[]): Row[] {
  return groups.flatMap((group): Row[] => [
    { kind: "head", key: `head ${group.key}`, group },
    ...group.members.map(
      (member, place): Row => ({
        kind: "member",
        key: member.user_id,
        group,
        member,
        place: place + 1,
      }),
    ),
  ]);
}
