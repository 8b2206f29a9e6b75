import { Link } from "wouter";
import { Button } from "../../sangha/ui/Button";
import styles from "./Home.module.css";

/** What one can do here, for who has opened nothing; `below` what leads elsewhere, or alone. */
export function Welcome({ below, onAdd }: { below?: boolean; onAdd: () => void }) {
  const Heading = below ? "h2" : "h1";
  return (
    <section className={styles.welcome}>
      <Heading className={styles.title}>Welcome to Sangha</Heading>
      <p>Open a community at the side, make your own, or talk to somebody new.</p>
      <div className={styles.ways}>
        <Button look="primary" onClick={onAdd}>
          Make or join a community
        </Button>
        {!below && (
          <Link href="/match" className={styles.way ?? ""}>
            Meet somebody
          </Link>
        )}
      </div>
    </section>
  );
}
