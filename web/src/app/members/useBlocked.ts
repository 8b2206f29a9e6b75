import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "../../sangha/api/client";
import type { Block } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { keys } from "../queries";

/** Whether one has blocked somebody (undefined until it is read), and how to change it. */
export function useBlocked(userId: string) {
  const { api } = useSangha();
  const queries = useQueryClient();
  const blocks = useQuery({
    queryKey: keys.blocks,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/blocks", { signal }))).blocks,
  });
  const params = { path: { user_id: userId } };
  const change = (next: (known: readonly Block[]) => Block[]) =>
    queries.setQueryData<Block[]>(keys.blocks, (known) => known && next(known));
  return {
    blocked: blocks.data?.some((block) => block.user_id === userId),
    unreadable: blocks.isError && blocks.data === undefined,
    block: async () => {
      const { block } = await ask(api.PUT("/api/blocks/{user_id}", { params }));
      change((known) => [block, ...known.filter((other) => other.user_id !== userId)]);
    },
    unblock: async () => {
      await ask(api.DELETE("/api/blocks/{user_id}", { params }));
      change((known) => known.filter((other) => other.user_id !== userId));
    },
  };
}
