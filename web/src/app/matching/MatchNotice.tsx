import { Handshake, X } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { useSangha } from "../../sangha/context";
import { IconButton } from "../../sangha/ui/Button";
import { useFocusKept } from "../../sangha/voice/useFocusKept";
import styles from "./MatchNotice.module.css";
import { useMatch } from "./matching";
import { namesOf, othersIn } from "./matchWords";

/** Somebody was found while one looks at something else: who it is, and the way there. */
export function MatchNotice() {
  const { userId } = useSangha();
  const { matching } = useMatch();
  const [dismissed, setDismissed] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const kept = useFocusKept(place, dismissed);
  if (matching.state !== "matched") return null;
  const { match } = matching;
  return (
    <div ref={place} tabIndex={-1} {...kept}>
      {match.id !== dismissed && (
        <section className={styles.notice} aria-label="Your match">
          <Handshake aria-hidden />
          <p className={styles.words}>
            <strong>Matched with {namesOf(othersIn(match, userId))}</strong>
            {match.interests.length > 0 && <span>You share {match.interests.join(", ")}</span>}
          </p>
          <Link href="/match" className={styles.way ?? ""}>
            Go there
          </Link>
          <IconButton label="Dismiss" size="small" onClick={() => setDismissed(match.id)}>
            <X aria-hidden />
          </IconButton>
        </section>
      )}
    </div>
  );
}
