import type { SupabaseClient } from "@supabase/supabase-js";
import { accessToken } from "./accessToken";

const PATIENCE_MS = 2_000;

/**
 * Signs out on this device, whether or not Supabase can be told within two seconds: auth-js's own
 * `signOut` keeps the session of who signs out while Supabase is away.
 */
export async function signOut(supabase: SupabaseClient): Promise<void> {
  const { auth } = supabase;
  const tell = async () => {
    const token = await accessToken(supabase);
    if (token !== null) await auth.admin.signOut(token, "local");
  };
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([tell(), late]).catch(() => {});
  // biome-ignore lint/complexity/useLiteralKeys: it is private; no public method forgets a session unasked
  await auth["_removeSession"]();
}
