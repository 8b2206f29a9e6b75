import { type FormEvent, type ReactNode, useId } from "react";
import { Button } from "../../sangha/ui/Button";
import { Modal, type ModalProps } from "../../sangha/ui/Modal";
import { useIsShown } from "./useIsShown";
import { useWrite } from "./useWrite";
import { WriteState } from "./WriteState";

export interface ConfirmProps {
  title: ReactNode;
  description: ReactNode;
  /** What the button says that does it. */
  action: string;
  tone?: "danger" | "primary";
  /** Why it can't be done yet, such as a name that isn't repeated. */
  why?: string | undefined;
  /**
   * Does it; the dialog closes when it is done, and stays with the reason when it is refused. It
   * stays, too, for who has to confirm once more: false.
   */
  send: () => Promise<unknown>;
  onClose: () => void;
  /** Where the focus goes if what opened it is gone then. */
  focusAfter?: ModalProps["focusAfter"];
  children?: ReactNode;
}

/** Asks before something is done that others feel. */
export function Confirm(props: ConfirmProps) {
  const {
    title,
    description,
    action,
    tone = "danger",
    why,
    send,
    onClose,
    focusAfter,
    children,
  } = props;
  const write = useWrite();
  const isShown = useIsShown();
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why !== undefined || write.busy) return;
    void write.run(async () => {
      if ((await send()) !== false && isShown.current) onClose();
    });
  };
  return (
    <Modal
      open
      onClose={onClose}
      title={title}
      description={description}
      size="small"
      {...(focusAfter !== undefined && { focusAfter })}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look={tone} why={why} busy={write.busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        {children}
      </form>
      <WriteState write={write} />
    </Modal>
  );
}
