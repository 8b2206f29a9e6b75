import { useState } from "react";
import type { Block } from "../../sangha/api/types";
import { useBlocks } from "../blocks";
import { Reading } from "../settings/Reading";
import { BlockRow } from "./BlockRow";
import styles from "./Blocks.module.css";

/** Whom one has blocked. */
export default function BlocksScreen() {
  const blocks = useBlocks();
  return (
    <div className={styles.page}>
      <p className={styles.lead}>
        You are never matched with people you have blocked, nor they with you. They aren’t told.
      </p>
      <Reading query={blocks} title="Your blocks can’t be shown" still="They hold all the same.">
        {(known) => <BlockList blocks={known} />}
      </Reading>
    </div>
  );
}

/** Who is unblocked stays in their place, so that it can be undone. */
function BlockList({ blocks }: { blocks: readonly Block[] }) {
  const [lifted, setLifted] = useState<readonly Block[]>([]);
  const isBlocked = (userId: string) => blocks.some((block) => block.user_id === userId);
  const rows = [...blocks, ...lifted.filter(({ user_id }) => !isBlocked(user_id))].sort(
    (one, other) => placeOf(other) - placeOf(one),
  );
  function placeOf({ user_id, created_at }: Block): number {
    return lifted.find((block) => block.user_id === user_id)?.created_at ?? created_at;
  }
  if (rows.length === 0) {
    return (
      <p className={styles.empty}>
        You have blocked nobody. People are blocked from a match with them, or from their card in a
        community’s list of members.
      </p>
    );
  }
  return (
    <>
      <p className={styles.count}>
        {blocks.length === 0
          ? "Nobody is blocked now."
          : blocks.length === 1
            ? "1 person is blocked."
            : `${blocks.length} people are blocked.`}
      </p>
      {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops the role of a list without bullets */}
      <ul role="list" className={styles.list}>
        {rows.map((block) => (
          <BlockRow
            key={block.user_id}
            block={block}
            isBlocked={isBlocked(block.user_id)}
            onLifted={() =>
              setLifted((known) => [
                ...known.filter(({ user_id }) => user_id !== block.user_id),
                { ...block, created_at: placeOf(block) },
              ])
            }
          />
        ))}
      </ul>
    </>
  );
}
