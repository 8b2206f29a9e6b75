import { MailOpen } from "lucide-react";
import { Link } from "wouter";
import { usePageTitle } from "../shell/usePageTitle";
import { InvitePreview } from "./InvitePreview";
import styles from "./InviteScreen.module.css";

/** What an invitation leads to, and how to accept it. */
export default function InviteScreen({ code }: { code: string }) {
  usePageTitle("Invitation");
  return (
    <section className={styles.screen}>
      <div className={styles.card}>
        <MailOpen aria-hidden className={styles.icon} />
        <h1 className={styles.title}>Invitation</h1>
        <InvitePreview code={code} />
        <Link href="/" className={styles.away ?? ""}>
          Not now
        </Link>
      </div>
    </section>
  );
}
