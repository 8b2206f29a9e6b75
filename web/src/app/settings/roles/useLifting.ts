import { type KeyboardEvent, useRef, useState } from "react";
import type { Role } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { moved } from "./useRoleOrder";

export interface Lifting {
  /** Which role is picked up. */
  liftedId: string | null;
  /** The roles, with the one that is picked up where it is held. */
  order: (roles: readonly Role[]) => readonly Role[];
  /** Picks a role up, or puts it down. */
  toggle: (role: Role) => void;
  onKeyDown: (event: KeyboardEvent, role: Role) => void;
  /** The focus has gone elsewhere: the role goes back. */
  onBlur: (role: Role) => void;
  /** Its row was drawn at its new place: it takes the focus again. */
  onDrawn: () => void;
}

/**
 * Orders the roles by the keyboard.
 *
 * @param first the first place that may be taken: those before it are locked.
 * @param place puts a role at a place for good.
 */
export function useLifting(
  roles: readonly Role[],
  first: number,
  place: (roleId: string, to: number) => void,
): Lifting {
  const [held, setHeld] = useState<{ id: string; to: number } | null>(null);
  const moving = useRef(false);
  const announce = useAnnounce();
  const from = roles.findIndex(({ id }) => id === held?.id);
  const said = (role: Role, to: number) => `${role.name}, ${to + 1} of ${roles.length}`;

  function putDown() {
    setHeld(null);
    if (held !== null && held.to !== from) place(held.id, held.to);
    else announce("Put down where it was.");
  }

  function putBack(role: Role) {
    setHeld(null);
    announce(`Put back: ${said(role, from)}`);
  }

  return {
    liftedId: held?.id ?? null,
    order: (all) => (held === null || from < 0 ? all : moved(all, from, held.to)),
    toggle: (role) => {
      if (held !== null) return putDown();
      const to = roles.findIndex(({ id }) => id === role.id);
      setHeld({ id: role.id, to });
      announce(`Picked up: ${said(role, to)}`);
    },
    onKeyDown: (event, role) => {
      if (held?.id !== role.id) return;
      if (event.key === "Tab") return putDown();
      if (event.key === "Escape") {
        event.stopPropagation();
        return putBack(role);
      }
      const last = roles.length - 1;
      const to = {
        ArrowUp: Math.max(first, held.to - 1),
        ArrowDown: Math.min(last, held.to + 1),
        Home: first,
        End: last,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      if (to === held.to) {
        announce(
          to === first && first > 0 ? "It can’t go above your own roles." : "That is the end.",
        );
        return;
      }
      moving.current = true;
      setHeld({ id: role.id, to });
      announce(said(role, to));
    },
    onBlur: (role) => {
      if (held?.id === role.id && !moving.current) putBack(role);
    },
    onDrawn: () => {
      moving.current = false;
    },
  };
}
