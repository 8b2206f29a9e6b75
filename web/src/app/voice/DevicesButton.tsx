import { Speaker } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../sangha/ui/Button";
import { onDemand } from "../../sangha/ui/onDemand";
import { useCall } from "./call";

const DevicesModal = onDemand(() => import("./DevicesModal"));

/** Opens the choice of microphone and loudspeaker. */
export function DevicesButton() {
  const { room } = useCall();
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      <IconButton
        label="Microphone and loudspeaker"
        busy={room === null}
        onClick={() => setChoosing(true)}
      >
        <Speaker aria-hidden />
      </IconButton>
      {choosing && room !== null && <DevicesModal room={room} onClose={() => setChoosing(false)} />}
    </>
  );
}
