/** Whether the microphone may be used, and if not, why. */
export type MicrophoneAccess = "granted" | "denied" | "missing" | "broken";

/**
 * Asks for the microphone before somebody is looked for: whoever is matched then has 30 s to come,
 * which is too short for a question of the browser. Nothing is recorded.
 */
export async function askForMicrophone(): Promise<MicrophoneAccess> {
  try {
    if (await isGranted()) return "granted"; // without its light going on
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "granted";
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError") return "denied";
    return name === "NotFoundError" ? "missing" : "broken";
  }
}

async function isGranted(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: "microphone" });
    return state === "granted";
  } catch {
    return false; // the browser doesn't tell
  }
}
