import { CSPProvider } from "@base-ui/react/csp-provider";

import type { SupabaseClient } from "@supabase/supabase-js";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Announcer } from "../sangha/ui/Announcer";
import { TipLayer } from "../sangha/ui/TipLayer";
import { type Config, ConfigContext } from "./config";
import { Boundary } from "./feedback/Boundary";
import { Broken } from "./feedback/Broken";
import { Toaster } from "./feedback/toasts";
import { createQueries } from "./queries";
import { SignedIn, useSession } from "./session/session";
import { Shell } from "./shell/Shell";

const PATIENCE_MS = 3_000;
const SignIn = lazy(() => import("./session/SignIn"));

interface AppProps {
  config: Config;
  supabase: SupabaseClient;
}

/** Who is signed in sees the shell, everybody else the way in. */
export function App({ config, supabase }: AppProps) {
  const session = useSession(supabase);
  if (session === undefined) return <Renewing />;
  const userId = session?.user.id;
  return <AppOf key={userId} config={config} supabase={supabase} userId={userId} />;
}

/** All that one person sees: whoever is next begins with nothing of it. */
function AppOf({ config, supabase, userId }: AppProps & { userId: string | undefined }) {
  const [queries] = useState(createQueries);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Announcer>
          <Toaster>
            <Boundary what="This page failed">
              {userId === undefined ? (
                <Suspense>
                  <SignIn config={config} supabase={supabase} />
                </Suspense>
              ) : (
                <ConfigContext value={config}>
                  <SignedIn config={config} supabase={supabase} userId={userId}>
                    <Shell />
                  </SignedIn>
                </ConfigContext>
              )}
            </Boundary>
          </Toaster>
        </Announcer>
        <TipLayer />
      </QueryClientProvider>
    </CSPProvider>
  );
}

/** Nothing for the moment in which a session is read; what it waits for, where it has to be renewed. */
function Renewing() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const slow = setTimeout(setSlow, PATIENCE_MS, true);
    return () => clearTimeout(slow);
  }, []);
  if (!isSlow) return null;
  return (
    <main>
      <Broken title="You can’t be signed in right now">
        Your session has to be renewed, and that isn’t possible at the moment. It is tried again by
        itself.
      </Broken>
    </main>
  );
}
