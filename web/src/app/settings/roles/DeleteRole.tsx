import { useState } from "react";
import { isProblem } from "../../../sangha/api/problem";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { Banner } from "../../../sangha/ui/Banner";
import { Button } from "../../../sangha/ui/Button";
import { Modal } from "../../../sangha/ui/Modal";
import { useCountdown } from "../../../sangha/ui/useCountdown";
import { quoted } from "../../community/quoted";
import { useIsShown } from "../../community/useIsShown";
import { wordsOf } from "../../feedback/words";
import { useHolders } from "./useHolders";
import type { RoleWrites } from "./useRoleWrites";

const NAMED = 3;

interface DeleteRoleProps {
  room: WholeRoom;
  role: Role;
  writes: RoleWrites;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a role is deleted; once more, and with who has it, where members have it. */
export function DeleteRole({ room, role, writes, onClose, onDeleted }: DeleteRoleProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const left = useCountdown(writes.limitedUntil);
  const announce = useAnnounce();
  const isShown = useIsShown();
  const { holders } = useHolders(room.room.id, role.id);
  const inUse = isProblem(problem, "role_in_use");

  async function remove() {
    setBusy(true);
    try {
      await writes.remove(role.id, inUse);
      announce(`${quoted(role.name)} is deleted.`);
      if (isShown.current) onDeleted();
    } catch (error) {
      if (isProblem(error, "role_not_found")) {
        await writes.reread();
        if (isShown.current) onDeleted();
        return;
      }
      if (isProblem(error, "version_mismatch")) await writes.reread();
      setBusy(false);
      setProblem(error);
    }
  }

  const others = holders.length - NAMED;
  return (
    <Modal
      open
      onClose={onClose}
      size="small"
      title={inUse ? "Members have this role" : "Delete this role?"}
      description={
        <>
          <bdi>
            <strong>{role.name}</strong>
          </bdi>{" "}
          will be gone for good, with what it lets people do. This can’t be undone.
        </>
      }
      actions={
        <>
          <Button look="quiet" onClick={onClose}>
            Keep it
          </Button>
          <Button
            look="danger"
            busy={busy}
            why={left > 0 ? `Wait ${left} s: that was a lot in a short time.` : undefined}
            onClick={() => void remove()}
          >
            {inUse ? "Delete it all the same" : "Delete"}
          </Button>
        </>
      }
    >
      {inUse && (
        <Banner tone="warning">
          {holders.slice(0, NAMED).map((member, place) => (
            <span key={member.user_id}>
              {place > 0 && ", "}
              <bdi>{member.name}</bdi>
            </span>
          ))}
          {others > 0 && ` and ${others.toLocaleString()} more`}
          {holders.length === 1 ? " has it, and loses it." : " have it, and lose it."} Their other
          roles stay.
        </Banner>
      )}
      {problem !== null && !inUse && !isProblem(problem, "rate_limited") && (
        <Banner tone="danger">{wordsOf(problem)}</Banner>
      )}
    </Modal>
  );
}
