import { Speaker as Loudspeaker, Volume2, VolumeX } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import type { Action } from "../../sangha/ui/Actions";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { onDemand } from "../../sangha/ui/onDemand";
import type { Speaker } from "../../sangha/voice/attributes";
import { hearingOf, setHearing, useHearings } from "./hearing";
import { useModeration } from "./moderation";

const VolumeModal = onDemand(() => import("./VolumeModal"));

/**
 * What can be done about somebody in voice, for oneself and as a moderator, and what it opens.
 *
 * @returns `actionsFor` for a menu, whom one has muted for oneself, and the dialogs to put on the page.
 */
export function usePersonActions(room: WholeRoom): {
  actionsFor: (speaker: Speaker, channel: Channel) => Action[][];
  mutedForMe: ReadonlySet<string>;
  dialogs: ReactNode;
} {
  const { userId } = useSangha();
  const announce = useAnnounce();
  const hearings = useHearings();
  const { actionsFor: moderate, dialog } = useModeration(room);
  const [turning, setTurning] = useState<Speaker | null>(null);
  const actionsFor = useCallback(
    (speaker: Speaker, channel: Channel): Action[][] => {
      const { identity, name } = speaker;
      if (identity === userId) return [];
      const { muted } = hearingOf(hearings, identity);
      const mute = () => {
        setHearing(identity, { muted: !muted });
        announce(muted ? `You hear ${name} again` : `${name} is muted for you`);
      };
      return [
        [
          {
            label: muted ? "Hear them again" : "Mute for me",
            icon: muted ? <Volume2 aria-hidden /> : <VolumeX aria-hidden />,
            onSelect: mute,
          },
          {
            label: "Volume…",
            icon: <Loudspeaker aria-hidden />,
            onSelect: () => setTurning(speaker),
          },
        ],
        ...moderate(speaker, channel),
      ];
    },
    [userId, hearings, announce, moderate],
  );
  const mutedForMe = useMemo(
    () => new Set([...hearings.keys()].filter((id) => hearings.get(id)?.muted)),
    [hearings],
  );
  const dialogs = (
    <>
      {dialog}
      {turning !== null && (
        <VolumeModal
          userId={turning.identity}
          name={turning.name}
          onClose={() => setTurning(null)}
        />
      )}
    </>
  );
  return { actionsFor, mutedForMe, dialogs };
}
