import type { SupabaseClient } from "@supabase/supabase-js";
import { createContext, type ReactNode, useContext } from "react";
import type { SanghaApi } from "./api/client";

/** What the pieces need of who takes them over. */
export interface Sangha {
  api: SanghaApi;
  /** Signed in as `userId`: its Realtime connection carries the pushes. */
  supabase: SupabaseClient;
  /** The Supabase user id of who is signed in. */
  userId: string;
}

const SanghaContext = createContext<Sangha | null>(null);

export function SanghaProvider({ value, children }: { value: Sangha; children: ReactNode }) {
  return <SanghaContext value={value}>{children}</SanghaContext>;
}

/** Returns what `SanghaProvider` was given; an error outside of one. */
export function useSangha(): Sangha {
  const sangha = useContext(SanghaContext);
  if (sangha === null) throw new Error("useSangha is called outside of a SanghaProvider");
  return sangha;
}
