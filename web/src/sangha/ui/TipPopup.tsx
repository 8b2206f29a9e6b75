import { Tooltip } from "@base-ui/react/tooltip";
import styles from "./Tip.module.css";
import type { Tipped } from "./TipLayer";

/** One tooltip, beside what it is about. */
export default function TipPopup({ anchor, text, side }: Tipped) {
  return (
    <Tooltip.Root open>
      <Tooltip.Portal>
        <Tooltip.Positioner
          role="region"
          aria-label="Hint"
          anchor={anchor}
          side={side}
          sideOffset={6}
          className={styles.layer}
        >
          <Tooltip.Popup className={styles.tip}>{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
