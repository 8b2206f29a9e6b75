/** LiveKit's client, as calls use it. Large: loaded when somebody is about to join. */
import {
  ConnectionError,
  ConnectionErrorReason,
  ConnectionState,
  DisconnectReason,
  LogLevel,
  MediaDeviceFailure,
  Room,
  RoomEvent,
  setLogLevel,
} from "livekit-client";
import { Problem } from "../../sangha/api/problem";
import { chosenDevices } from "./devices";
import type { Ticket } from "./ticket";

export { ticketFor } from "./ticket";

// What goes wrong is told to people; its own log calls each closed tab an error.
setLogLevel(import.meta.env.DEV ? LogLevel.warn : LogLevel.silent);

const WEBSOCKET_MS = 8_000;
const PEER_MS = 10_000;

export interface LineEvents {
  /** The connection is gone for good. */
  onEnd: (room: Room, end: LineEnd) => void;
  /** LiveKit Cloud moved us itself, to the LiveKit room of this name. */
  onMoved: (livekitRoom: string) => void;
}

/**
 * Why a connection ended: `lost` may be made again; so may `page_left`, where the page stays after
 * all. The others are somebody's will.
 */
export type LineEnd = "page_left" | "lost" | "removed" | "call_ended" | "joined_elsewhere";

function endOf(reason: DisconnectReason | undefined): LineEnd {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return "page_left"; // LiveKit's client itself does so then: who hangs up is out before
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "joined_elsewhere";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "call_ended";
    default:
      return "lost"; // the server shuts down, the network is gone, the state doesn't match
  }
}

/** Returns a Room that isn't connected yet; `connect` does it, `Room.disconnect` gives it up. */
export function createLine(events: LineEvents): Room {
  const { microphone, speaker } = chosenDevices();
  const room = new Room({
    ...(microphone !== null && { audioCaptureDefaults: { deviceId: microphone } }),
    ...(speaker !== null && { audioOutput: { deviceId: speaker } }),
  });
  room.on(RoomEvent.Disconnected, (reason) => events.onEnd(room, endOf(reason)));
  room.on(RoomEvent.Moved, (name) => events.onMoved(name));
  letGoWhenLeft(room);
  return room;
}

/**
 * Has LiveKit's client stop what the browser lets it open only after the call was left. By itself it
 * would hold the microphone for 15 seconds, waiting to be connected again.
 */
function letGoWhenLeft(room: Room): void {
  const me = room.localParticipant;
  const create = me.createTracks.bind(me);
  me.createTracks = async (options) => {
    const tracks = await create(options);
    if (room.state !== ConnectionState.Disconnected) return tracks;
    for (const track of tracks) track.stop();
    throw new Error("the call was left meanwhile");
  };
}

/**
 * Connects.
 *
 * @throws {Problem} `livekit_unavailable`, or why LiveKit doesn't let us in.
 */
export async function connect(room: Room, ticket: Ticket): Promise<void> {
  try {
    await room.connect(ticket.serverUrl, ticket.participantToken, {
      maxRetries: 1,
      websocketTimeout: WEBSOCKET_MS,
      peerConnectionTimeout: PEER_MS,
    });
  } catch (error) {
    const detail = String(error);
    if (error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed) {
      throw new Problem({ status: 403, code: "not_admitted", detail });
    }
    throw new Problem({ status: 503, code: "livekit_unavailable", detail });
  }
}

/** Why the microphone can't be had. */
export type MicrophoneFailure = "denied" | "missing" | "broken";

/** Opens the microphone, or mutes it; returns why it can't be had, null where it can. */
export async function setMicrophone(room: Room, on: boolean): Promise<MicrophoneFailure | null> {
  try {
    await room.localParticipant.setMicrophoneEnabled(on);
    return null;
  } catch (error) {
    switch (MediaDeviceFailure.getFailure(error)) {
      case MediaDeviceFailure.PermissionDenied:
        return "denied";
      case MediaDeviceFailure.NotFound:
        return "missing";
      default:
        return "broken";
    }
  }
}

let isAwake = false;

/**
 * Makes ready what a call begins with: the browser's sound (its first AudioContext holds the page up
 * for 100 ms and more), and DNS and TLS of where the last call was.
 */
export function prepare(serverUrl: string | null): void {
  if (!isAwake) new AudioContext().close().catch(() => {});
  isAwake = true;
  if (serverUrl !== null) void new Room().prepareConnection(serverUrl);
}
