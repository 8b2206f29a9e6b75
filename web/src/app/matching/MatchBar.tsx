import { Search, X } from "lucide-react";
import { useRef } from "react";
import { Link, useRoute } from "wouter";
import { IconButton } from "../../sangha/ui/Button";
import { useFocusKept } from "../../sangha/voice/useFocusKept";
import styles from "./MatchBar.module.css";
import { useMatch } from "./matching";
import { placeWords } from "./matchWords";

/** At the foot of every screen: that one is in line, wherever one is. Nothing where that is shown. */
export function MatchBar() {
  const { matching, leave } = useMatch();
  const [isShown] = useRoute("/match");
  const isDrawn = !isShown && matching.state === "waiting";
  const place = useRef<HTMLDivElement>(null);
  const kept = useFocusKept(place, isDrawn);
  return (
    <div ref={place} tabIndex={-1} {...kept}>
      {isDrawn && (
        <section className={styles.bar} aria-label="Meeting somebody">
          <Search aria-hidden />
          <Link href="/match" className={styles.where ?? ""}>
            <span>Looking for somebody</span>
            <small>{placeWords(matching.place)}</small>
          </Link>
          <IconButton label="Stop looking" onClick={leave}>
            <X aria-hidden />
          </IconButton>
        </section>
      )}
    </div>
  );
}
