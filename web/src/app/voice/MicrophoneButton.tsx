import { Mic, MicOff } from "lucide-react";
import { IconButton } from "../../sangha/ui/Button";
import { useCall } from "./call";
import { whyMuted } from "./microphoneWords";
import { MUTE_ARIA, MUTE_KEY } from "./shortcut";

/** Mutes and unmutes oneself; says why where that can't be. */
export function MicrophoneButton() {
  const { room, microphone, setMicrophone } = useCall();
  const isOn = microphone === "on";
  return (
    <IconButton
      label={`${isOn ? "Mute" : "Unmute"} yourself (${MUTE_KEY})`}
      aria-keyshortcuts={MUTE_ARIA}
      look={isOn ? "quiet" : "plain"}
      busy={room === null || microphone === "asking"}
      why={whyMuted(microphone)}
      onClick={() => setMicrophone(!isOn)}
    >
      {isOn ? <Mic aria-hidden /> : <MicOff aria-hidden />}
    </IconButton>
  );
}
