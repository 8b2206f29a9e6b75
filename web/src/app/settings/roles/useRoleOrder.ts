import { useRef, useState } from "react";
import { isProblem } from "../../../sangha/api/problem";
import type { Role, WholeRoom } from "../../../sangha/api/types";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { useToasts } from "../../feedback/toasts";
import { isEveryone } from "./locks";
import type { RoleWrites } from "./useRoleWrites";

export interface RoleOrder {
  /** All roles but @everyone, as they are or as they are about to be. */
  roles: readonly Role[];
  everyone: readonly Role[];
  /** Moves a role to a place, 0 the highest: shown at once, put back if it is refused. */
  move: (roleId: string, to: number) => void;
}

/** Returns a list with one of its entries somewhere else. */
export function moved<T>(all: readonly T[], from: number, to: number): T[] {
  const rest = all.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...all.slice(from, from + 1), ...rest.slice(to)];
}

function orderOf(roles: readonly Role[]): string {
  return roles.map((role) => `${role.id} ${role.position}`).join();
}

/** The order of the roles: one request for each move; moves made meanwhile follow as one. */
export function useRoleOrder(room: WholeRoom, writes: RoleWrites): RoleOrder {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const next = useRef<readonly string[] | null>(null);
  const busy = useRef(false);
  const { tellProblem, tell } = useToasts();
  const announce = useAnnounce();

  const known = room.roles.filter((role) => !isEveryone(role));
  const isWhole = order?.length === known.length && known.every(({ id }) => order.includes(id));
  const roles = isWhole
    ? order.flatMap((id) => known.filter((role) => role.id === id))
    : known.toSorted((one, other) => other.position - one.position);

  /** Tries a second time where all that has changed is something else than the order. */
  async function put(wanted: readonly string[]) {
    try {
      await writes.order(wanted);
    } catch (error) {
      if (!isProblem(error, "version_mismatch")) throw error;
      const now = await writes.reread();
      if (now === undefined || orderOf(now.roles) !== orderOf(room.roles)) throw error;
      await writes.order(wanted);
    }
  }

  async function send() {
    if (busy.current) return;
    busy.current = true;
    try {
      while (next.current !== null) {
        const wanted = next.current;
        next.current = null;
        await put(wanted);
      }
    } catch (error) {
      next.current = null;
      const isOutdated = isProblem(error, "version_mismatch") || isProblem(error, "order_invalid");
      if (isOutdated) {
        await writes.reread();
        tell("Somebody else has changed the roles meanwhile. This is how they stand now.");
      } else tellProblem(error);
      announce("The roles stand as they did before.");
    } finally {
      busy.current = false;
      setOrder(null);
    }
  }

  return {
    roles,
    everyone: room.roles.filter(isEveryone),
    move: (roleId, to) => {
      const ids = roles.map(({ id }) => id);
      const wanted = moved(ids, ids.indexOf(roleId), to);
      setOrder(wanted);
      next.current = wanted;
      void send();
    },
  };
}
