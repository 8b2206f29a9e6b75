import { Speaker } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../../sangha/ui/Button";
import { useCall } from "./call";

const DevicesModal = lazy(() => import("./DevicesModal"));

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
      <Suspense>
        {choosing && room !== null && (
          <DevicesModal room={room} onClose={() => setChoosing(false)} />
        )}
      </Suspense>
    </>
  );
}
