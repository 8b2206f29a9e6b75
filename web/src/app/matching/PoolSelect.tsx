import { useId } from "react";
import { wordsOf } from "../feedback/words";
import { useRooms } from "../queries";
import styles from "./WishForm.module.css";

interface PoolSelectProps {
  roomId: string | null;
  onChange: (roomId: string | null) => void;
}

/** Among whom one looks: everybody, or the members of one of one's communities. */
export function PoolSelect({ roomId, onChange }: PoolSelectProps) {
  const id = useId();
  const rooms = useRooms();
  const isGone = roomId !== null && rooms.data?.every((room) => room.id !== roomId);
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        Among whom?
      </label>
      <select
        id={id}
        className={styles.select}
        value={roomId ?? ""}
        aria-describedby={`${id}-hint`}
        aria-invalid={isGone}
        onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
      >
        <option value="">Everybody</option>
        {rooms.data?.map((room) => (
          <option key={room.id} value={room.id}>
            {room.name}
          </option>
        ))}
        {isGone && <option value={roomId}>A community that you left</option>}
        {rooms.data === undefined && roomId !== null && (
          <option value={roomId}>The community you chose</option>
        )}
      </select>
      <p id={`${id}-hint`} className={isGone ? styles.problem : styles.hint}>
        {isGone
          ? "You are no member of it any more. Choose another."
          : rooms.data === undefined && rooms.isError
            ? `Your communities can’t be shown. ${wordsOf(rooms.error)}`
            : roomId === null
              ? "Anybody who uses Sangha, whether or not you share a community."
              : "Members of this community who may speak in it."}
      </p>
    </div>
  );
}
