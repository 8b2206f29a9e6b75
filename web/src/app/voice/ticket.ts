import { TokenSource } from "livekit-client";
import { ask } from "../../sangha/api/client";
import { Problem } from "../../sangha/api/problem";
import type { Sangha } from "../../sangha/context";
import { accessToken } from "../session/accessToken";
import type { CallTarget } from "./phase";

/** What connects to LiveKit. */
export interface Ticket {
  serverUrl: string;
  participantToken: string;
}

/** Who asks for tickets, and where the API is. */
export type Asker = Pick<Sangha, "api" | "supabase"> & { apiUrl: string };

const DEADLINE_MS = 12_000;

/**
 * Returns a ticket for a call, a new one each time: an old one says what was true once.
 *
 * @throws {Problem} why there is none, with `retryAfterS` where there were too many.
 */
export async function ticketFor(target: CallTarget, asker: Asker): Promise<Ticket> {
  const source =
    target.kind === "channel"
      ? await channelSource(asker)
      : TokenSource.custom(() => matchTicket(target.matchId, asker));
  const roomName = target.kind === "channel" ? `${target.roomId}:${target.channelId}` : undefined;
  try {
    return await source.fetch({ ...(roomName && { roomName }) });
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof TypeError) {
      throw new Problem({ status: 0, code: "unreachable", detail: String(error) });
    }
    if (error instanceof DOMException) {
      throw new Problem({ status: 0, code: "timeout", detail: String(error) });
    }
    if (roomName !== undefined) return askAgain(roomName, asker);
    throw error;
  }
}

/** LiveKit's standard token endpoint; its headers are fixed, so each ticket has its own source. */
async function channelSource({ apiUrl, supabase }: Asker) {
  const token = await accessToken(supabase);
  return TokenSource.endpoint(`${apiUrl}/api/livekit/token`, {
    headers: { Authorization: `Bearer ${token ?? ""}` },
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
}

/**
 * A refused `TokenSource.endpoint` throws an Error whose text has the body and nothing of the
 * headers. So the typed client asks once more: it says why, and `Retry-After`; or it gets a ticket,
 * where a vendor was away for a moment. A request over the limit costs nothing of it.
 */
async function askAgain(roomName: string, { api }: Asker): Promise<Ticket> {
  const body = {
    room_name: roomName,
    participant_identity: null,
    participant_name: null,
    participant_metadata: null,
    participant_attributes: null,
    room_config: null,
  };
  const answer = await ask(api.POST("/api/livekit/token", { body }));
  return { serverUrl: answer.server_url, participantToken: answer.participant_token };
}

async function matchTicket(matchId: string, { api }: Asker): Promise<Ticket> {
  const status = await ask(api.GET("/api/matching/status"));
  if (status.state !== "matched" || status.match.id !== matchId) {
    throw new Problem({ status: 404, code: "match_over", detail: "there is no such match now" });
  }
  return { serverUrl: status.server_url, participantToken: status.participant_token };
}
