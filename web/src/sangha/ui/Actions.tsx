import {
  cloneElement,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useRef,
  useState,
} from "react";

const ActionsMenu = lazy(() => import("./ActionsMenu"));

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
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const button = cloneElement(trigger, {
    ref: anchor,
    "aria-haspopup": "menu",
    "aria-expanded": open,
    onClick: () => setOpen(!open),
  } as object);
  return (
    <>
      {button}
      <Suspense>
        {open && (
          <ActionsMenu
            anchor={anchor}
            groups={groups}
            header={header}
            onClose={() => setOpen(false)}
          />
        )}
      </Suspense>
    </>
  );
}
