import { Handshake, X } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { useSangha } from "../../sangha/context";
import { IconButton } from "../../sangha/ui/Button";
import styles from "./MatchNotice.module.css";
import { useMatch } from "./matching";
import { namesOf, othersIn } from "./matchWords";

/** Somebody was found while one looks at something else: who it is, and the way there. */
export function MatchNotice() {
  const { userId } = useSangha();
  const { matching } = useMatch();
  const [dismissed, setDismissed] = useState<string | null>(null);
  if (matching.state !== "matched" || matching.match.id === dismissed) return null;
  const { match } = matching;
  return (
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
  );
}
