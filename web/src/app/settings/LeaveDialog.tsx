import { Button } from "../../sangha/ui/Button";
import { Modal } from "../../sangha/ui/Modal";
import type { LeaveGuard } from "./useLeaveGuard";

interface LeaveDialogProps {
  name: string;
  guard: LeaveGuard;
  busy: boolean;
  /** Saves them; says whether that is done. */
  save: () => Promise<boolean>;
}

/** Asks before unsaved changes are lost. */
export function LeaveDialog({ name, guard, busy, save }: LeaveDialogProps) {
  return (
    <Modal
      open={guard.asks}
      onClose={guard.stay}
      size="small"
      title="Leave without saving?"
      description={
        <>
          Your changes to <bdi>{name}</bdi> aren’t saved yet.
        </>
      }
      actions={
        <>
          <Button look="quiet" onClick={guard.leave}>
            Leave and lose them
          </Button>
          <Button onClick={guard.stay}>Stay</Button>
          <Button
            look="primary"
            busy={busy}
            onClick={async () => {
              if (await save()) guard.leave();
              else guard.stay();
            }}
          >
            Save
          </Button>
        </>
      }
    />
  );
}
