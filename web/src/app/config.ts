import { createContext, useContext } from "react";

/** A person of the local stack who can be signed in with one click. */
export interface DemoPerson {
  name: string;
  email: string;
  about: string;
}

/** What a deployment tells its front end, in `/config.json`. */
export interface Config {
  apiUrl: string;
  supabaseUrl: string;
  /** Supabase's publishable key. */
  supabaseKey: string;
  /** Only where the local stack serves the front end. */
  demo?: { password: string; people: DemoPerson[] };
}

const DEADLINE_MS = 10_000;

/** Reads the deployment's configuration; an Error says what is wrong with it. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/config.json", { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (!answer.ok) throw new Error(`/config.json is answered with ${answer.status}`);
  const config: Partial<Config> = await answer.json();
  for (const name of ["apiUrl", "supabaseUrl", "supabaseKey"] as const) {
    if (typeof config[name] !== "string") throw new Error(`/config.json has no ${name}`);
  }
  return config as Config;
}

/** What was read, for everything inside of the app. */
export const ConfigContext = createContext<Config | null>(null);

export function useConfig(): Config {
  const config = useContext(ConfigContext);
  if (config === null) throw new Error("useConfig is called outside of a ConfigContext");
  return config;
}
