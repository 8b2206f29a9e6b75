import { ChevronDown, CircleOff } from "lucide-react";
import { useRef, useState } from "react";
import { RoleBadge } from "../badges/RoleBadge";
import { useAnnounce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { onDemand } from "../ui/onDemand";
import styles from "./IconPicker.module.css";
import { nameOf } from "./icons";

const IconPanel = onDemand(() => import("./IconPanel"));

export interface IconPickerProps {
  /** The name of an icon of the badge catalogue, one emoji, or null for no badge. */
  value: string | null;
  onChange: (icon: string | null) => void;
  /** The role's colour, in which the icons are drawn: `#rrggbb`. */
  color?: string | null;
  /** What is chosen; part of the button's accessible name. */
  label?: string;
  /** Why it can't be changed now. */
  why?: string | undefined;
  /** Where Emojibase's data are: `{emojisUrl}/en/data.json` and `messages.json`. */
  emojisUrl?: string;
}

/**
 * A button that shows a role's badge and opens the choice of another: an icon, an emoji or none.
 * What draws the choice is loaded when it is first opened.
 */
export function IconPicker(props: IconPickerProps) {
  const { value, onChange, color = null, label = "Badge", why, emojisUrl = "/emojis" } = props;
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const announce = useAnnounce();
  const name = value === null ? "No badge" : nameOf(value);
  const isEmoji = value !== null && !/^[\w-]+$/.test(value);
  const isDrawn = value !== null && (isEmoji || name !== value);

  function choose(icon: string | null, called: string) {
    setOpen(false);
    if (icon !== value) onChange(icon);
    announce(`${label}: ${called}`);
  }

  return (
    <>
      <Button
        ref={anchor}
        aria-label={`${label}: ${isEmoji ? `Emoji ${name}` : name}`}
        aria-haspopup="dialog"
        aria-expanded={open}
        why={why}
        onClick={() => setOpen(!open)}
      >
        {isDrawn ? (
          <RoleBadge badge={{ icon: value, label: "", color }} size={20} tip={false} />
        ) : (
          <CircleOff aria-hidden className={styles.none} />
        )}
        {/* An emoji is its own picture: its text beside it would only repeat it. */}
        <span className={styles.name}>{isEmoji ? "Emoji" : name}</span>
        <ChevronDown aria-hidden />
      </Button>
      {open && (
        <IconPanel
          anchor={anchor}
          value={value}
          color={color}
          label={label}
          emojisUrl={emojisUrl}
          onChoose={choose}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
