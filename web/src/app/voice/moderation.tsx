import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { DoorOpen, Mic, MicOff, MoveRight } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import type { Channel, MemberPage, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { may } from "../../sangha/permissions";
import type { Action } from "../../sangha/ui/Actions";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { onDemand } from "../../sangha/ui/onDemand";
import type { Speaker } from "../../sangha/voice/attributes";
import { whyNotOn } from "../community/rank";
import { useToasts } from "../feedback/toasts";
import { keys } from "../queries";
import type { Deed } from "./moderate";

const MoveModal = onDemand(() => import("./MoveModal"));

/** Asks the API to mute, unmute, remove or move somebody, and tells what came of it. */
function useModerate(roomId: string) {
  const { api } = useSangha();
  const { tell, tellProblem } = useToasts();
  const announce = useAnnounce();
  return useCallback(
    async (speaker: Speaker, channel: Channel, deed: Deed): Promise<void> => {
      try {
        const { moderate } = await import("./moderate"); // few moderate: loaded when one does
        const { applied, words } = await moderate(api, { roomId, channel, speaker }, deed);
        if (applied) announce(words);
        else tell(words);
      } catch (error) {
        tellProblem(error);
      }
    },
    [api, roomId, tell, tellProblem, announce],
  );
}

/** Why one may not act on somebody, as far as that is known here; the API knows. */
function useRank(room: WholeRoom) {
  const queries = useQueryClient();
  return useCallback(
    (speaker: Speaker): string | undefined => {
      if (speaker.owner) return "Nobody acts on the owner.";
      const pages = queries.getQueryData<InfiniteData<MemberPage>>(keys.members(room.room.id));
      const member = pages?.pages
        .flatMap((page) => page.members)
        .find((known) => known.user_id === speaker.identity);
      return member && whyNotOn(room, member);
    },
    [queries, room],
  );
}

/**
 * What moderators can do about somebody in voice, and what it opens.
 *
 * @returns `actionsFor` for a menu, and the dialog to put on the page.
 */
export function useModeration(room: WholeRoom): {
  actionsFor: (speaker: Speaker, channel: Channel) => Action[][];
  dialog: ReactNode;
} {
  const { userId } = useSangha();
  const moderate = useModerate(room.room.id);
  const rankOf = useRank(room);
  const [moving, setMoving] = useState<{ speaker: Speaker; channel: Channel } | null>(null);
  const actionsFor = useCallback(
    (speaker: Speaker, channel: Channel): Action[][] => {
      if (speaker.identity === userId || speaker.isAgent) return [];
      const rank = rankOf(speaker);
      const whyNot = (name: "MUTE_MEMBERS" | "MOVE_MEMBERS", words: string) =>
        may(channel.permissions, name) ? rank : `You need the permission “${words}” here.`;
      const mute = whyNot("MUTE_MEMBERS", "Mute members");
      const move = whyNot("MOVE_MEMBERS", "Move members");
      const others = room.channels.filter(({ kind, id }) => kind === "voice" && id !== channel.id);
      return [
        [
          speaker.muted
            ? {
                label: "Unmute in this community",
                icon: <Mic aria-hidden />,
                why: mute,
                onSelect: () => void moderate(speaker, channel, { action: "unmute" }),
              }
            : {
                label: "Mute in this community",
                icon: <MicOff aria-hidden />,
                why: mute,
                onSelect: () => void moderate(speaker, channel, { action: "mute" }),
              },
          {
            label: "Move to another channel…",
            icon: <MoveRight aria-hidden />,
            why: move ?? (others.length === 0 ? "There is no other voice channel." : undefined),
            onSelect: () => setMoving({ speaker, channel }),
          },
        ],
        [
          {
            label: "Remove from voice",
            icon: <DoorOpen aria-hidden />,
            tone: "danger",
            why: move,
            onSelect: () => void moderate(speaker, channel, { action: "remove" }),
          },
        ],
      ];
    },
    [room.channels, userId, rankOf, moderate],
  );
  const dialog = moving !== null && (
    <MoveModal
      name={moving.speaker.name}
      channels={room.channels.filter(
        ({ kind, id }) => kind === "voice" && id !== moving.channel.id,
      )}
      onClose={() => setMoving(null)}
      onMove={(to) => void moderate(moving.speaker, moving.channel, { action: "move", to })}
    />
  );
  return { actionsFor, dialog };
}
