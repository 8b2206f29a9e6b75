import { useCallback, useEffect, useRef } from "react";
import { isProblem } from "../../../sangha/api/problem";
import { useAnnounce } from "../../../sangha/ui/Announcer";
import { Button } from "../../../sangha/ui/Button";
import { useCountdown } from "../../../sangha/ui/useCountdown";
import { wordsOf } from "../../feedback/words";
import { isColor } from "./colors";
import styles from "./SaveBar.module.css";
import type { RoleDraft } from "./useRoleDraft";
import type { Saving } from "./useSaving";

interface SaveBarProps {
  draft: RoleDraft;
  saving: Saving;
  /** Until when more changes are refused, ms since the epoch; or null. */
  limitedUntil: number | null;
  onReset: () => void;
}

function whyNot({ shown }: RoleDraft, left: number): string | undefined {
  if (shown.name.trim() === "") return "The role needs a name.";
  if (shown.color !== null && !isColor(shown.color)) return "The colour isn’t complete.";
  if (left > 0) return `You can save in ${left} s: that was a lot in a short time.`;
  return undefined;
}

/** Appears with the first change: saves all of them, or takes them back. Ctrl+S saves, too. */
export function SaveBar({ draft, saving, limitedUntil, onReset }: SaveBarProps) {
  const announce = useAnnounce();
  const latest = useRef(saving);
  useEffect(() => {
    latest.current = saving;
  });
  const left = useCountdown(
    limitedUntil,
    useCallback(() => {
      if (latest.current.waits) void latest.current.save();
    }, []),
  );
  const why = whyNot(draft, left);
  const mayBlock = useRef(why);
  useEffect(() => {
    mayBlock.current = why;
  });

  useEffect(() => {
    announce("There are unsaved changes.");
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (mayBlock.current === undefined) void latest.current.save();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [announce]);

  return (
    <section className={styles.bar} aria-label="Unsaved changes">
      <div className={styles.words} role="status">
        <Words draft={draft} saving={saving} left={left} />
      </div>
      <div className={styles.actions}>
        <Button look="quiet" onClick={onReset} why={saving.busy ? "It is being saved." : undefined}>
          Reset
        </Button>
        <Button look="primary" busy={saving.busy} why={why} onClick={() => void saving.save()}>
          Save
        </Button>
      </div>
    </section>
  );
}

function Words({
  draft,
  saving,
  left,
}: Omit<SaveBarProps, "limitedUntil" | "onReset"> & { left: number }) {
  const { changedByOthers } = draft;
  if (saving.waits) {
    return (
      <p>
        That was a lot in a short time. It is saved by itself in <Seconds left={left} />.
      </p>
    );
  }
  if (changedByOthers.length > 0) {
    return (
      <>
        <p className={styles.strong}>Somebody else has changed this role meanwhile:</p>
        <p>{changedByOthers.join(", ")}. Your changes are kept; save to apply them over that.</p>
      </>
    );
  }
  if (isProblem(saving.problem, "version_mismatch")) {
    return <p>The community has changed meanwhile. Your changes are kept: save again.</p>;
  }
  if (saving.problem !== null) {
    return <p className={styles.strong}>{wordsOf(saving.problem)} Your changes are kept.</p>;
  }
  return <p>You have unsaved changes.</p>;
}

/** Counted aloud it would say nothing else. */
function Seconds({ left }: { left: number }) {
  return <span aria-live="off">{left} s</span>;
}
