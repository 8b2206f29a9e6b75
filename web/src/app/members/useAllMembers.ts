import { useEffect, useMemo } from "react";
import type { Member, WholeRoom } from "../../sangha/api/types";
import { withRolesOfNow } from "../community/rolesOfNow";
import { useMembers } from "../queries";

/** A community's members, all pages one after the other, with the badges that their roles give. */
export function useAllMembers(room: WholeRoom) {
  const query = useMembers(room.room.id);
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const { room: itself, roles } = room;
  const members: readonly Member[] | undefined = useMemo(
    () =>
      data &&
      withRolesOfNow(
        data.pages.flatMap((page) => page.members),
        { room: itself, roles },
      ),
    [data, itself, roles],
  );
  return { members, query };
}
