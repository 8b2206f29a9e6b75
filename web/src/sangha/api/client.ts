import createClient, { type Client } from "openapi-fetch";
import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";

/** Every path of Sangha's API, typed by its OpenAPI document. */
export type SanghaApi = Client<paths>;

export interface SanghaApiOptions {
  /** Where the API is, such as `https://api.example`; paths start with `/api`. */
  baseUrl: string;
  /** The Supabase access token of who is signed in; null where nobody is. */
  accessToken: () => Promise<string | null>;
  /** Milliseconds until a request is given up. */
  deadlineMs?: number;
  fetch?: typeof globalThis.fetch;
}

const DEADLINE_MS = 12_000; // the API's own deadlines add up to less

/** Returns a client of the API; `ask` makes its answers data or `Problem`s. */
export function createSanghaApi(options: SanghaApiOptions): SanghaApi {
  const { baseUrl, accessToken, deadlineMs = DEADLINE_MS } = options;
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  return createClient<paths>({
    baseUrl,
    fetch: async (request: Request) => {
      const token = await accessToken();
      if (token !== null) request.headers.set("Authorization", `Bearer ${token}`);
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(deadlineMs)]);
      try {
        return await send(new Request(request, { signal }));
      } catch (error) {
        if (request.signal.aborted) throw error;
        const isLate = error instanceof DOMException && error.name === "TimeoutError";
        throw new Problem({
          status: 0,
          code: isLate ? "timeout" : "unreachable",
          detail: isLate ? `no answer in ${deadlineMs} ms` : String(error),
        });
      }
    },
  });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Waits for an answer of the API and returns its data.
 *
 * @throws {Problem} for every answer that is no success.
 */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<Exclude<T, undefined>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response, error);
  return data as Exclude<T, undefined>;
}
