import type { UseQueryResult } from "@tanstack/react-query";
import { Compass, Plus } from "lucide-react";
import { Link, useRoute } from "wouter";
import type { Room } from "../../sangha/api/types";
import hidden from "../../sangha/style/hidden.module.css";
import { IconButton } from "../../sangha/ui/Button";
import { Tip } from "../../sangha/ui/Tip";
import styles from "./Rail.module.css";

/** Up to three first letters of a name's words. */
function initials(name: string): string {
  const split = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const firsts = name
    .split(/\s+/)
    .slice(0, 3)
    .map((word) => split.segment(word)[Symbol.iterator]().next().value?.segment ?? "");
  return firsts.join("").toLocaleUpperCase();
}

interface RailProps {
  rooms: UseQueryResult<Room[]>;
  onAdd: () => void;
}

/** The communities, one under the other, as far as the eye can see where one is. */
export function Rail({ rooms, onAdd }: RailProps) {
  const [, inRoom] = useRoute<{ roomId: string }>("/rooms/:roomId/*?");
  const current = inRoom?.roomId;
  return (
    <nav className={styles.rail} aria-label="Communities" aria-busy={rooms.isPending}>
      <Tip text="Home" side="right">
        <Link
          href="/"
          className={styles.tile ?? ""}
          aria-label="Home"
          aria-current={current === undefined ? "page" : undefined}
        >
          <Compass aria-hidden />
        </Link>
      </Tip>
      <hr className={styles.line} />
      <ul className={styles.list}>
        {rooms.data?.map((room) => (
          <li key={room.id}>
            <Tip text={room.name} side="right">
              <Link
                href={`/rooms/${room.id}`}
                className={styles.tile ?? ""}
                aria-current={room.id === current ? "page" : undefined}
              >
                <bdi aria-hidden>{initials(room.name)}</bdi>
                <bdi className={hidden.hidden}>{room.name}</bdi>
              </Link>
            </Tip>
          </li>
        ))}
      </ul>
      <IconButton label="Make or join a community" onClick={onAdd}>
        <Plus aria-hidden />
      </IconButton>
    </nav>
  );
}
