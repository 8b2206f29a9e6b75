import { Headphones } from "lucide-react";
import { IconButton } from "../../sangha/ui/Button";
import { useCall } from "./call";
import { DEAFEN_ARIA, DEAFEN_KEY } from "./shortcut";

/** Silences everybody and oneself, and undoes it. */
export function DeafenButton() {
  const { room, deafened, setDeafened } = useCall();
  return (
    <IconButton
      label={`${deafened ? "Hear again" : "Deafen yourself"} (${DEAFEN_KEY})`}
      aria-keyshortcuts={DEAFEN_ARIA}
      look={deafened ? "plain" : "quiet"}
      busy={room === null}
      onClick={() => setDeafened(!deafened)}
    >
      <Headphones aria-hidden>{deafened && <path d="m2 2 20 20" />}</Headphones>
    </IconButton>
  );
}
