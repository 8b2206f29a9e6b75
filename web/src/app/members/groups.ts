import type { Member, Role } from "../../sangha/api/types";

/** Members under one head: those online by their highest role, then all others. */
export interface MemberGroup {
  /** The role's id, `members` for who is online without a role, `offline`. */
  key: string;
  role: Role | null;
  title: string;
  members: Member[];
}

const byName = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
const MARKS = /\p{Mn}/gu;

/** Returns members by name, as people of this locale sort names. */
export function sortByName(members: readonly Member[]): Member[] {
  return members.toSorted(
    (one, other) => byName.compare(one.name, other.name) || (one.user_id < other.user_id ? -1 : 1),
  );
}

/** Without case and accents: who looks for “jose” finds José. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(MARKS, "").toLocaleLowerCase();
}

/** Returns those whose name has the text in it; all of them for an empty text. */
export function filterByName(members: readonly Member[], text: string): readonly Member[] {
  const wanted = plain(text.trim());
  return wanted === "" ? members : members.filter(({ name }) => plain(name).includes(wanted));
}

/**
 * Groups members: who is online by their highest role, the highest first, then who is not.
 *
 * @param members in the order in which each group has them, their roles the highest first.
 * @param roles the highest first.
 */
export function groupMembers(
  members: readonly Member[],
  roles: readonly Role[],
  online: ReadonlySet<string>,
): MemberGroup[] {
  const byKey = new Map<string, Member[]>();
  for (const member of members) {
    const key = online.has(member.user_id) ? (member.roles[0] ?? "members") : "offline";
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [member]);
    else group.push(member);
  }
  const heads: Omit<MemberGroup, "members">[] = [
    ...roles.map((role) => ({ key: role.id, role, title: role.name })),
    { key: "members", role: null, title: "Members" },
    { key: "offline", role: null, title: "Offline" },
  ];
  return heads.flatMap((head) => {
    const inIt = byKey.get(head.key);
    return inIt === undefined ? [] : [{ ...head, members: inIt }];
  });
}
