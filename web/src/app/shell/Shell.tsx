import { lazy, Suspense, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { onDemand } from "../../sangha/ui/onDemand";
import { Skeleton } from "../../sangha/ui/Skeleton";
import { Boundary } from "../feedback/Boundary";
import { MatchBar } from "../matching/MatchBar";
import { MatchingProvider } from "../matching/matching";
import { useRooms } from "../queries";
import { CallBar } from "../voice/CallBar";
import { CallProvider } from "../voice/call";
import { Community } from "./Community";
import { Home } from "./Home";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";

const NewCommunity = onDemand(() => import("../community/NewCommunity"));
const InviteScreen = lazy(() => import("../community/InviteScreen"));

/** Everything that who is signed in sees. A call outlives each change of the screen. */
export function Shell() {
  const rooms = useRooms();
  const [adding, setAdding] = useState(false);
  return (
    <CallProvider>
      <MatchingProvider>
        <div className={styles.shell}>
          <a href="#main" className={styles.skip}>
            Skip to the screen
          </a>
          <Rail rooms={rooms} onAdd={() => setAdding(true)} />
          <Switch>
            <Route path="/rooms/:roomId/*?">
              {({ roomId }) => <Community key={roomId} roomId={roomId} />}
            </Route>
            <Route path="/invite/:code">
              {({ code }) => (
                <main id="main" className={styles.whole} data-page="main">
                  <Boundary key={code} what="This invitation can’t be shown">
                    <Suspense fallback={<Skeleton lines={6} />}>
                      <InviteScreen code={code} />
                    </Suspense>
                  </Boundary>
                </main>
              )}
            </Route>
            <Route path="/">
              <Home rooms={rooms} onAdd={() => setAdding(true)} />
            </Route>
            <Route path="/match">
              <Home rooms={rooms} onAdd={() => setAdding(true)} />
            </Route>
            <Route path="/blocks">
              <Home rooms={rooms} onAdd={() => setAdding(true)} />
            </Route>
            <Route>
              <Redirect to="/" replace />
            </Route>
          </Switch>
          <div className={styles.call}>
            <MatchBar />
            <CallBar />
          </div>
          {adding && <NewCommunity onClose={() => setAdding(false)} />}
        </div>
      </MatchingProvider>
    </CallProvider>
  );
}
