import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Member, MemberPage } from "../../sangha/api/types";
import { keys } from "../queries";

export type MemberPages = InfiniteData<MemberPage, string | undefined>;

/** Changes each page that is no newer than a push; a newer one knows of it already. */
function changePages(
  queries: QueryClient,
  roomId: string,
  version: number,
  change: (members: readonly Member[], isEnd: boolean) => readonly Member[],
): void {
  queries.setQueryData<MemberPages>(keys.members(roomId), (known) => {
    if (known === undefined) return known;
    const pages = known.pages.map((page) =>
      page.version > version
        ? page
        : { ...page, members: [...change(page.members, page.next === null)] },
    );
    return { ...known, pages };
  });
}

/** Adds who has joined at the end, as far as the list has been read to there. */
export function addMember(
  queries: QueryClient,
  roomId: string,
  version: number,
  joined: Member,
): void {
  changePages(queries, roomId, version, (members, isEnd) => {
    const others = members.filter((member) => member.user_id !== joined.user_id);
    return isEnd ? [...others, joined] : others;
  });
}

/** Puts a member as they are now in the place of how they were. */
export function renewMember(
  queries: QueryClient,
  roomId: string,
  version: number,
  changed: Member,
): void {
  changePages(queries, roomId, version, (members) =>
    members.map((member) => (member.user_id === changed.user_id ? changed : member)),
  );
}

/** Takes out who has left, was kicked or banned. */
export function dropMember(
  queries: QueryClient,
  roomId: string,
  version: number,
  userId: string,
): void {
  changePages(queries, roomId, version, (members) =>
    members.filter((member) => member.user_id !== userId),
  );
}
