import { ArrowLeft } from "lucide-react";
import { lazy, Suspense } from "react";
import { Link } from "wouter";
import type { WholeRoom } from "../../sangha/api/types";
import { Skeleton } from "../../sangha/ui/Skeleton";
import styles from "./SettingsScreen.module.css";

const TABS = [
  { path: "overview", name: "Overview", Tab: lazy(() => import("./OverviewSettings")) },
  { path: "roles", name: "Roles", Tab: lazy(() => import("./RolesSettings")) },
  { path: "invites", name: "Invitations", Tab: lazy(() => import("./InvitesSettings")) },
  { path: "bans", name: "Bans", Tab: lazy(() => import("./BansSettings")) },
];

/** Server settings: one page a subject. */
export default function SettingsScreen({ room, tab }: { room: WholeRoom; tab: string }) {
  const { Tab } = TABS.find(({ path }) => path === tab) ?? { Tab: null };
  return (
    <div className={styles.settings}>
      <header className={styles.head}>
        <Link href={`/rooms/${room.room.id}`} className={styles.back}>
          <ArrowLeft aria-hidden />
          <span>
            Back to <bdi>{room.room.name}</bdi>
          </span>
        </Link>
        <nav aria-label="Server settings" className={styles.tabs}>
          {TABS.map(({ path, name }) => (
            <Link
              key={path}
              href={`/rooms/${room.room.id}/settings/${path}`}
              aria-current={path === tab ? "page" : undefined}
              className={styles.tab ?? ""}
            >
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <main className={styles.body}>
        <Suspense fallback={<Skeleton lines={6} />}>
          {Tab === null ? <p>There is no such page.</p> : <Tab room={room} />}
        </Suspense>
      </main>
    </div>
  );
}
