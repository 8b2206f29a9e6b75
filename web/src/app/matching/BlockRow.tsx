import type { Block } from "../../sangha/api/types";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Avatar } from "../../sangha/ui/Avatar";
import { Button } from "../../sangha/ui/Button";
import { useBlocking } from "../blocks";
import { quoted } from "../community/quoted";
import { useWrite } from "../community/useWrite";
import { WriteState } from "../community/WriteState";
import styles from "./Blocks.module.css";

const UNKNOWN = "Somebody you never met";
const day = new Intl.DateTimeFormat("en", { dateStyle: "long" });

interface BlockRowProps {
  block: Block;
  /** False once it was taken back, as long as that can be undone here. */
  isBlocked: boolean;
  onLifted: () => void;
}

/** Somebody who is blocked, and the way back; then the way back from that. */
export function BlockRow({ block, isBlocked, onLifted }: BlockRowProps) {
  const blocking = useBlocking();
  const write = useWrite();
  const announce = useAnnounce();
  const name = block.name ?? UNKNOWN;
  const change = () => {
    if (write.busy) return;
    void write.run(async () => {
      if (isBlocked) {
        onLifted();
        await blocking.unblock(block.user_id);
      } else await blocking.block(block.user_id);
      announce(`${quoted(name)} is ${isBlocked ? "no longer blocked" : "blocked again"}.`);
    });
  };
  return (
    <li className={styles.row} data-lifted={!isBlocked || undefined}>
      <Avatar name={block.name ?? "?"} id={block.user_id} size={40} />
      <div className={styles.words}>
        <bdi className={styles.name} title={name}>
          {name}
        </bdi>
        <p className={styles.about}>
          {isBlocked ? (
            <>
              Blocked on <time>{day.format(block.created_at)}</time>
            </>
          ) : (
            "Not blocked any more"
          )}
        </p>
      </div>
      <Button
        busy={write.busy}
        aria-label={isBlocked ? `Unblock ${name}` : `Undo: block ${name} again`}
        onClick={change}
      >
        {isBlocked ? "Unblock" : "Undo"}
      </Button>
      <div className={styles.state}>
        <WriteState write={write} />
      </div>
    </li>
  );
}
