import { QueryClient, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask } from "../sangha/api/client";
import { Problem } from "../sangha/api/problem";
import { useSangha } from "../sangha/context";

/** The keys of what is kept of the API's answers. */
export const keys = {
  rooms: ["rooms"] as const,
  room: (roomId: string) => ["room", roomId] as const,
  members: (roomId: string) => ["members", roomId] as const,
  bans: (roomId: string) => ["bans", roomId] as const,
  invites: (roomId: string) => ["invites", roomId] as const,
  blocks: ["blocks"] as const,
};

const RETRIES = 2;
const AGAIN_MS = 10_000;
const MEMBERS_PAGE = 1000;

/** While a vendor or the network is away: asks again by itself, until the answer is there. */
function whileAway(query: { state: { error: unknown } }): number | false {
  const { error } = query.state;
  if (!(error instanceof Problem) || !error.isAway) return false;
  return (error.retryAfterS ?? 0) * 1000 || AGAIN_MS;
}

/** Pushes keep what is shown true, so nothing is old by its age alone. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 30 * 60_000,
        networkMode: "always",
        refetchOnReconnect: true,
        refetchInterval: whileAway,
        retry: (count, error) => error instanceof Problem && error.isAway && count < RETRIES,
        retryDelay: (count, error) =>
          (error instanceof Problem && error.retryAfterS ? error.retryAfterS : 0.5 * 2 ** count) *
          1000,
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** The communities of who is signed in. */
export function useRooms() {
  const { api } = useSangha();
  return useQuery({
    queryKey: keys.rooms,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/rooms", { signal }))).rooms,
  });
}

/** One community with its channels, its roles and the caller's own membership. */
export function useRoom(roomId: string | undefined) {
  const { api } = useSangha();
  return useQuery({
    queryKey: keys.room(roomId ?? ""),
    enabled: roomId !== undefined,
    queryFn: ({ signal }) =>
      ask(api.GET("/api/rooms/{room_id}", { params: { path: { room_id: roomId ?? "" } }, signal })),
  });
}

/**
 * A community's members, by pages of 1,000: in the order in which they joined, or those who have a
 * role.
 */
export function useMembers(roomId: string, roleId?: string) {
  const { api } = useSangha();
  const all = keys.members(roomId);
  return useInfiniteQuery({
    // Below the key of all: what makes those be read again means these, too.
    queryKey: roleId === undefined ? all : [...all, "role", roleId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET("/api/rooms/{room_id}/members", {
          params: {
            path: { room_id: roomId },
            query: {
              limit: MEMBERS_PAGE,
              ...(roleId !== undefined && { role_id: roleId }),
              ...(pageParam !== undefined && { after: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}
