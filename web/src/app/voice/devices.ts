import { remember, stored } from "../stored";

/** The microphone and the loudspeaker that were chosen in this browser; null: the system's. */
export interface Devices {
  microphone: string | null;
  speaker: string | null;
}

const KEY = "sangha.devices";

/** Returns what was chosen last. */
export function chosenDevices(): Devices {
  try {
    const chosen: unknown = JSON.parse(stored(KEY) ?? "{}");
    const { microphone, speaker } = Object(chosen) as Record<string, unknown>;
    return {
      microphone: typeof microphone === "string" ? microphone : null,
      speaker: typeof speaker === "string" ? speaker : null,
    };
  } catch {
    return { microphone: null, speaker: null };
  }
}

/** Remembers a choice for the calls to come. */
export function chooseDevice(kind: keyof Devices, deviceId: string): void {
  remember(KEY, JSON.stringify({ ...chosenDevices(), [kind]: deviceId }));
}

const MUTED_KEY = "sangha.muted";

/** Returns whether one muted oneself last; in a browser that is new, one hasn't. */
export function isMutedByMe(): boolean {
  return stored(MUTED_KEY) === "true";
}

/** Remembers it for the calls to come. */
export function rememberMuted(muted: boolean): void {
  remember(MUTED_KEY, String(muted));
}
