import {
  cloneElement,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useRef,
  useState,
} from "react";
import { onDemand } from "./onDemand";

const ActionsMenu = onDemand(() => import("./ActionsMenu"));

export interface Action {
  label: string;
  icon?: ReactNode;
  tone?: "danger";
  /** Why it can't be done: it stays in the list, told but not done. */
  why?: string | undefined;
  onSelect: () => void;
}

export interface ActionsProps {
  /** A button; it opens the menu. */
  trigger: ReactElement<object>;
  /** Groups, divided by lines; empty ones are left out. */
  groups: readonly (readonly Action[])[];
  header?: ReactNode;
}

/** A menu of actions. What isn't allowed is shown with its reason. Loaded when it is first opened. */
export function Actions({ trigger, groups, header }: ActionsProps) {
  const [open, setOpen] = useState<"by keys" | "by pointer" | null>(null);
  const anchor = useRef<HTMLButtonElement>(null);
  const button = cloneElement(trigger, {
    ref: anchor,
    "aria-haspopup": "menu",
    "aria-expanded": open !== null,
    onClick: ({ detail }: MouseEvent) =>
      setOpen(open === null ? (detail === 0 ? "by keys" : "by pointer") : null),
  } as object);
  return (
    <>
      {button}
      {open !== null && (
        <ActionsMenu
          anchor={anchor}
          byKeys={open === "by keys"}
          groups={groups}
          header={header}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
