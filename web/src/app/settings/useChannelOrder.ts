import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef } from "react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { moveChannel } from "../community/channelWrites";
import { quoted } from "../community/quoted";
import { useWrite } from "../community/useWrite";

/** Moves channels up and down. What moves keeps the focus. */
export function useChannelOrder(room: WholeRoom) {
  const sangha = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const write = useWrite();
  const moved = useRef<Element | null>(null);
  const { channels } = room;

  // biome-ignore lint/correctness/useExhaustiveDependencies: an element that is moved loses the focus
  useLayoutEffect(() => {
    if (document.activeElement !== document.body) return;
    if (moved.current instanceof HTMLElement) moved.current.focus();
  }, [channels]);

  return {
    write,
    move: (channel: Channel, neighbour: Channel, side: "before" | "after") => {
      if (write.busy) return;
      moved.current = document.activeElement;
      void write.run(async () => {
        await moveChannel({ ...sangha, queries, room }, channel.id, neighbour.id, side);
        announce(`${quoted(channel.name)} is ${side} ${quoted(neighbour.name)} now.`);
      });
    },
  };
}
