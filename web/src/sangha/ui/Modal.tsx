import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import styles from "./Modal.module.css";
import { useFocusAfter } from "./useFocusAfter";

export interface ModalProps {
  open: boolean;
  onClose: () => void;
  /** One line of text; a name inside of it in a `<bdi>`. */
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons at its end, the usual one last. */
  actions?: ReactNode;
  size?: "small" | "normal" | "wide";
  /** Where the focus goes when it closes, if what had it before is gone by then. */
  focusAfter?: () => HTMLElement | null | undefined;
}

/** A modal dialog: holds the focus, closes with Escape, gives the focus back. */
export function Modal(props: ModalProps) {
  const { open, onClose, title, description, children, actions, size, focusAfter } = props;
  const finalFocus = useFocusAfter(focusAfter);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.modal} data-size={size ?? "normal"} finalFocus={finalFocus}>
          <header className={styles.head}>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            <Dialog.Close
              render={
                <IconButton label="Close" size="small">
                  <X aria-hidden />
                </IconButton>
              }
            />
          </header>
          {description !== undefined && (
            <Dialog.Description className={styles.description} render={<div />}>
              {description}
            </Dialog.Description>
          )}
          {children !== undefined && <div className={styles.body}>{children}</div>}
          {actions !== undefined && <footer className={styles.actions}>{actions}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
