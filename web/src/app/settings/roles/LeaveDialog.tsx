import { Button } from "../../../sangha/ui/Button";
import { Modal } from "../../../sangha/ui/Modal";
import type { LeaveGuard } from "./useLeaveGuard";
import type { Saving } from "./useSaving";

interface LeaveDialogProps {
  name: string;
  guard: LeaveGuard;
  saving: Saving;
}

/** Asks before unsaved changes are lost. */
export function LeaveDialog({ name, guard, saving }: LeaveDialogProps) {
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
            busy={saving.busy}
            onClick={async () => {
              if (await saving.save()) guard.leave();
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
