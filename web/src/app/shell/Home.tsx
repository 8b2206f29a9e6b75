import type { UseQueryResult } from "@tanstack/react-query";
import { Ban, Handshake } from "lucide-react";
import { lazy, Suspense } from "react";
import { Link, useLocation } from "wouter";
import type { Room } from "../../sangha/api/types";
import hidden from "../../sangha/style/hidden.module.css";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Boundary } from "../feedback/Boundary";
import { Broken } from "../feedback/Broken";
import { wordsOf } from "../feedback/words";
import { Bar } from "./Bar";
import list from "./channels.module.css";
import home from "./Home.module.css";
import styles from "./Shell.module.css";
import { Side } from "./Side";
import { useMyName } from "./useMyName";
import { useNarrow } from "./useNarrow";
import { usePageTitle } from "./usePageTitle";
import { Welcome } from "./Welcome";

const MatchScreen = lazy(() => import("../matching/MatchScreen"));
const BlocksScreen = lazy(() => import("../matching/BlocksScreen"));

const PAGES = [
  { path: "/match", title: "Meet somebody", Icon: Handshake, Screen: MatchScreen },
  { path: "/blocks", title: "Blocked people", Icon: Ban, Screen: BlocksScreen },
];

interface HomeProps {
  rooms: UseQueryResult<Room[]>;
  onAdd: () => void;
}

/** Outside of any community: meeting people, and whom one doesn't want to meet. */
export function Home({ rooms, onAdd }: HomeProps) {
  const [path] = useLocation();
  const me = useMyName();
  const narrow = useNarrow();
  const page = PAGES.find((known) => known.path === path);
  usePageTitle(page === undefined ? "Home" : null);
  const away = rooms.data === undefined && rooms.isError && (
    <Broken title="Your communities can’t be shown" onRetry={() => void rooms.refetch()}>
      {wordsOf(rooms.error)}
    </Broken>
  );
  return (
    <>
      <Side name="Home" title="Home" page={narrow && page === undefined} me={me}>
        <h2 className={home.head}>Home</h2>
        <nav className={styles.scroll} aria-label="Home">
          <ul className={list.list}>
            {PAGES.map(({ path: href, title, Icon }) => (
              <li key={href}>
                <Link
                  href={href}
                  className={list.channel ?? ""}
                  aria-current={path === href ? "page" : undefined}
                >
                  <Icon aria-hidden />
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        {narrow && (away || <Welcome below onAdd={onAdd} />)}
      </Side>
      {(page !== undefined || !narrow) && (
        <main id="main" className={styles.main} data-page={page && "main"}>
          {page === undefined && away !== false && (
            <>
              <h1 className={hidden.hidden}>Home</h1>
              {away}
            </>
          )}
          {page === undefined ? (
            away === false && <Welcome onAdd={onAdd} />
          ) : (
            <>
              <Bar icon={<page.Icon aria-hidden />} title={page.title} back="/" />
              <div className={list.content}>
                <Boundary key={path} what="This page can’t be shown">
                  <Suspense fallback={<Skeleton lines={6} />}>
                    <page.Screen />
                  </Suspense>
                </Boundary>
              </div>
            </>
          )}
        </main>
      )}
    </>
  );
}
