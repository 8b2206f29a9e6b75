import { useBlocking } from "../blocks";
import { Confirm } from "../community/Confirm";
import { useMatch } from "./matching";
import type { TheMatch } from "./Talk";

interface BlockDialogProps {
  person: TheMatch["members"][number];
  onBlocked: () => void;
  onClose: () => void;
}

/** Asks before somebody is blocked with whom one is in a match. */
export function BlockDialog({ person, onBlocked, onClose }: BlockDialogProps) {
  const { leave } = useMatch();
  const { block } = useBlocking();
  return (
    <Confirm
      title={
        <>
          Block <bdi>{person.name}</bdi>?
        </>
      }
      description="The two of you are never matched again, whoever asks. You leave this match at once. Nobody is told who blocked them; you can take it back under “Blocked people”."
      action="Block and leave"
      send={async () => {
        await block(person.user_id);
        onBlocked();
        leave();
      }}
      onClose={onClose}
      focusAfter={() => document.querySelector<HTMLElement>("main h2")}
    />
  );
}
