import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { createSanghaApi } from "../../sangha/api/client";
import { SanghaProvider } from "../../sangha/context";
import type { Config } from "../config";
import { accessToken } from "./accessToken";

const DEADLINE_MS = 10_000;

const AGAIN_MS = 1_000;
const SELDOM_MS = 5_000;
const LIMITED_MS = 60_000; // the longest wait that Supabase may ask for

/** Supabase with a deadline for each of its requests. */
export function connect(config: Config): SupabaseClient {
  return createClient(config.supabaseUrl, config.supabaseKey, {
    global: {
      fetch: (input, init) => {
        const isRenewal = String(input).includes("grant_type=refresh_token");
        return isRenewal ? untilAnswered(input, init) : send(input, init);
      },
    },
  });
}

function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const late = AbortSignal.timeout(DEADLINE_MS);
  const signal = init?.signal ? AbortSignal.any([init.signal, late]) : late;
  return fetch(input, { ...init, signal });
}

/**
 * Renews a session as soon as that is possible. auth-js would ask ever more rarely, give up after
 * half a minute and then not ask for another one; people would seem to be signed out meanwhile. A
 * 429 it takes for a refusal, and signs people out.
 */
async function untilAnswered(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (let waitMs = AGAIN_MS; ; waitMs = Math.min(2 * waitMs, SELDOM_MS)) {
    const answer = await send(input, init).catch(() => null);
    if (answer !== null && answer.status < 500 && answer.status !== 429) return answer;
    const askedMs = Number(answer?.headers.get("Retry-After")) * 1000 || 0; // not where it is a date
    const ms = Math.max(Math.min(askedMs, LIMITED_MS), waitMs * (0.5 + Math.random()));
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
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
    const api = createSanghaApi({
      baseUrl: config.apiUrl,
      accessToken: () => accessToken(supabase),
    });
    return { api, supabase, userId };
  }, [config, supabase, userId]);
  return <SanghaProvider value={sangha}>{children}</SanghaProvider>;
}
