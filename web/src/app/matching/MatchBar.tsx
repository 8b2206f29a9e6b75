import { Search, X } from "lucide-react";
import { Link, useRoute } from "wouter";
import { IconButton } from "../../sangha/ui/Button";
import styles from "./MatchBar.module.css";
import { useMatch } from "./matching";
import { placeWords } from "./matchWords";

/** At the foot of the side: that one is in line, wherever one is. Nothing where that is shown. */
export function MatchBar() {
  const { matching, leave } = useMatch();
  const [isShown] = useRoute("/match");
  if (isShown || matching.state !== "waiting") return null;
  return (
    <section className={styles.bar} aria-label="Meeting somebody">
      <Search aria-hidden />
      <Link href="/match" className={styles.where ?? ""}>
        <span>Looking for somebody</span>
        <small>{placeWords(matching.place)}</small>
      </Link>
      <IconButton label="Stop looking" size="small" onClick={leave}>
        <X aria-hidden />
      </IconButton>
    </section>
  );
}
