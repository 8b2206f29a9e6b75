import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "../sangha/api/client";
import type { Block } from "../sangha/api/types";
import { useSangha } from "../sangha/context";
import { keys } from "./queries";

/** Whom one has blocked, the newest first. */
export function useBlocks() {
  const { api } = useSangha();
  return useQuery({
    queryKey: keys.blocks,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/blocks", { signal }))).blocks,
  });
}

/** Returns how to block somebody and to take it back; the list of blocks follows. */
export function useBlocking() {
  const { api } = useSangha();
  const queries = useQueryClient();
  const path = "/api/blocks/{user_id}";
  const change = (next: (known: Block[]) => Block[]) =>
    queries.setQueryData<Block[]>(keys.blocks, (known) => known && next(known));
  return {
    block: async (userId: string) => {
      const { block } = await ask(api.PUT(path, { params: { path: { user_id: userId } } }));
      change((known) => [block, ...known.filter((other) => other.user_id !== userId)]);
    },
    unblock: async (userId: string) => {
      await ask(api.DELETE(path, { params: { path: { user_id: userId } } }));
      change((known) => known.filter((other) => other.user_id !== userId));
    },
  };
}
