import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "../../sangha/api/problem";

const DEADLINE_MS = 6_000; // a session that has to be renewed waits for Supabase

/**
 * Returns the access token of who is signed in, renewed where it has to be; null for nobody.
 *
 * @throws {Problem} `timeout`: it can't be renewed right now.
 */
export async function accessToken(supabase: SupabaseClient): Promise<string | null> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const detail = `the session was not renewed in ${DEADLINE_MS} ms`;
    late = setTimeout(
      () => reject(new Problem({ status: 0, code: "timeout", detail })),
      DEADLINE_MS,
    );
  });
  try {
    const { data } = await Promise.race([supabase.auth.getSession(), tooLate]);
    return data.session?.access_token ?? null;
  } finally {
    clearTimeout(late);
  }
}
