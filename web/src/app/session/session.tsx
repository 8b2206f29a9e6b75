import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { createSanghaApi } from "../../sangha/api/client";
import { SanghaProvider } from "../../sangha/context";
import type { Config } from "../config";

const DEADLINE_MS = 10_000;

/** Supabase with a deadline for each of its requests. */
export function connect(config: Config): SupabaseClient {
  return createClient(config.supabaseUrl, config.supabaseKey, {
    global: {
      fetch: (input, init) => {
        const late = AbortSignal.timeout(DEADLINE_MS);
        const signal = init?.signal ? AbortSignal.any([init.signal, late]) : late;
        return fetch(input, { ...init, signal });
      },
    },
  });
}

/** undefined until it is known; null where nobody is signed in. */
export function useSession(supabase: SupabaseClient): Session | null | undefined {
  const [session, setSession] = useState<Session | null>();
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, now) => setSession(now));
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  return session;
}

interface SignedInProps {
  config: Config;
  supabase: SupabaseClient;
  userId: string;
  children: ReactNode;
}

/** Gives everything inside the API and the pushes, as who is signed in. */
export function SignedIn({ config, supabase, userId, children }: SignedInProps) {
  const sangha = useMemo(() => {
    const accessToken = async () => {
      const { data } = await supabase.auth.getSession();
      return data.session?.access_token ?? null;
    };
    return { api: createSanghaApi({ baseUrl: config.apiUrl, accessToken }), supabase, userId };
  }, [config, supabase, userId]);
  return <SanghaProvider value={sangha}>{children}</SanghaProvider>;
}
