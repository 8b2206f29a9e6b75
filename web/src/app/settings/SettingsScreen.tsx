import { ArrowLeft } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Link } from "wouter";
import type { WholeRoom } from "../../sangha/api/types";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { usePageTitle } from "../shell/usePageTitle";
import { SettingsPage } from "./SettingsPage";
import styles from "./SettingsScreen.module.css";

const TABS = [
  { path: "overview", name: "Overview", Tab: lazy(() => import("./OverviewSettings")) },
  { path: "channels", name: "Channels", Tab: lazy(() => import("./ChannelsSettings")) },
  { path: "roles", name: "Roles", Tab: lazy(() => import("./RolesSettings")) },
  { path: "invites", name: "Invitations", Tab: lazy(() => import("./InvitesSettings")) },
  { path: "bans", name: "Bans", Tab: lazy(() => import("./BansSettings")) },
];

/** Server settings: one page a subject. */
export default function SettingsScreen({ room, tab }: { room: WholeRoom; tab: string }) {
  const tabs = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: on narrow screens the tabs scroll
  useEffect(() => {
    tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center" });
  }, [tab]);
  const { name, Tab } = TABS.find(({ path }) => path === tab) ?? { name: "Settings", Tab: null };
  usePageTitle(`${name} · ${room.room.name}`);
  return (
    <div className={styles.settings}>
      <header className={styles.head}>
        <Link href={`/rooms/${room.room.id}`} className={styles.back}>
          <ArrowLeft aria-hidden />
          <span>
            Back to <bdi>{room.room.name}</bdi>
          </span>
        </Link>
        <nav ref={tabs} aria-label="Server settings" className={styles.tabs}>
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
      <main id="main" className={styles.body}>
        <Suspense fallback={<Skeleton lines={6} />}>
          {Tab === null ? (
            <SettingsPage title="Settings">
              <p>There is no such page.</p>
            </SettingsPage>
          ) : (
            <Tab room={room} />
          )}
        </Suspense>
      </main>
    </div>
  );
}
