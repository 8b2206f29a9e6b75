import { CSPProvider } from "@base-ui/react/csp-provider";
import { lazy, Suspense } from "react";
import { Link, Redirect, Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { setTheme, type Theme, useTheme } from "../app/theme";
import { Announcer } from "../sangha/ui/Announcer";
import { TipLayer } from "../sangha/ui/TipLayer";
import styles from "./Gallery.module.css";

const PAGES = [
  { path: "/role-badge", name: "RoleBadge", Page: lazy(() => import("./pages/RoleBadgePage")) },
  { path: "/member-name", name: "MemberName", Page: lazy(() => import("./pages/MemberNamePage")) },
  { path: "/icon-picker", name: "IconPicker", Page: lazy(() => import("./pages/IconPickerPage")) },
  {
    path: "/voice-sidebar",
    name: "VoiceSidebar",
    Page: lazy(() => import("./pages/VoiceSidebarPage")),
  },
  {
    path: "/use-voice-presence",
    name: "useVoicePresence",
    Page: lazy(() => import("./pages/UseVoicePresencePage")),
  },
  {
    path: "/use-matching",
    name: "useMatching",
    Page: lazy(() => import("./pages/UseMatchingPage")),
  },
  { path: "/client", name: "The typed client", Page: lazy(() => import("./pages/ClientPage")) },
];
const THEMES: readonly Theme[] = ["system", "light", "dark"];

/** Every piece that a front end can take over, a page each, all its states side by side. */
export function Gallery() {
  const theme = useTheme();
  return (
    <CSPProvider disableStyleElements>
      <Announcer>
        <Router hook={useHashLocation}>
          <div className={styles.gallery}>
            <header className={styles.head}>
              <h1>The pieces</h1>
              <nav aria-label="Pieces" className={styles.pages}>
                {PAGES.map(({ path, name }) => (
                  <Link
                    key={path}
                    href={path}
                    className={(active) => (active ? styles.here : "") ?? ""}
                  >
                    {name}
                  </Link>
                ))}
              </nav>
              <fieldset className={styles.themes}>
                <legend>Theme</legend>
                {THEMES.map((value) => (
                  <label key={value}>
                    <input
                      type="radio"
                      name="theme"
                      checked={theme === value}
                      onChange={() => setTheme(value)}
                    />
                    {value}
                  </label>
                ))}
              </fieldset>
            </header>
            <main className={styles.page}>
              <Suspense fallback={<p>Loading</p>}>
                <Switch>
                  {PAGES.map(({ path, Page }) => (
                    <Route key={path} path={path}>
                      <Page />
                    </Route>
                  ))}
                  <Route>
                    <Redirect to="/role-badge" replace />
                  </Route>
                </Switch>
              </Suspense>
            </main>
          </div>
        </Router>
        <TipLayer />
      </Announcer>
    </CSPProvider>
  );
}
