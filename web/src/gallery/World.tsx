import type { SupabaseClient } from "@supabase/supabase-js";
import { type ReactNode, useState } from "react";
import { createSanghaApi } from "../sangha/api/client";
import { SanghaProvider } from "../sangha/context";

/** How this world answers a request: by status and JSON, or never. */
export type Answers = (
  request: Request,
) => { status: number; body: unknown; headers?: Record<string, string> } | "never";

interface WorldProps {
  answers: Answers;
  /** Whether its pushes are heard; else the connection seems to be made for ever. */
  heard?: boolean;
  children: ReactNode;
}

const DEADLINE_MS = 3000;

export const ME = "00000000-0000-4000-8000-0000000000a1";

function pushless(heard: boolean): SupabaseClient {
  const channel = {
    on: () => channel,
    subscribe: (tell: (status: string) => void) => {
      setTimeout(tell, 0, heard ? "SUBSCRIBED" : "TIMED_OUT");
      return channel;
    },
  };
  return { channel: () => channel, removeChannel: async () => "ok" } as unknown as SupabaseClient;
}

/** A backend that stands still, so that a state of a hook can be looked at. */
export function World({ answers, heard = true, children }: WorldProps) {
  const [sangha] = useState(() => ({
    api: createSanghaApi({
      baseUrl: "https://api.example",
      accessToken: async () => null,
      deadlineMs: DEADLINE_MS,
      fetch: async (input) => {
        const answer = answers(input as Request);
        if (answer === "never") {
          const { signal } = input as Request;
          return new Promise<Response>((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        }
        return Response.json(answer.body, {
          status: answer.status,
          headers: answer.headers ?? {},
        });
      },
    }),
    supabase: pushless(heard),
    userId: ME,
  }));
  return <SanghaProvider value={sangha}>{children}</SanghaProvider>;
}
