import { Popover } from "@base-ui/react/popover";
import { EmojiPicker, type SkinTone } from "frimousse";
import { type KeyboardEvent, type RefObject, useId, useRef, useState } from "react";
import { Button } from "../ui/Button";
import { EmojiGrid } from "./EmojiGrid";
import { IconGrid } from "./IconGrid";
import styles from "./IconPicker.module.css";
import { CROWN, findIcons, qualified } from "./icons";
import { SkinTones } from "./SkinTones";
import { useEmojis } from "./useEmojis";

const COLUMNS = 8;

interface IconPanelProps {
  anchor: RefObject<HTMLButtonElement | null>;
  value: string | null;
  color: string | null;
  label: string;
  emojisUrl: string;
  onChoose: (icon: string | null, called: string) => void;
  onClose: () => void;
}

/** The open choice of `IconPicker`. One search finds icons and emojis alike. */
export default function IconPanel(props: IconPanelProps) {
  const { anchor, value, color, label, emojisUrl, onChoose, onClose } = props;
  const [search, setSearch] = useState("");
  const [tone, setTone] = useState<SkinTone>("none");
  const field = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  const emojis = useEmojis();
  const icons = findIcons(search);

  const go = (part: "icons" | "emojis" | "search") => {
    const inside = panel.current;
    const target =
      part === "search" ? field.current : inside?.querySelector<HTMLElement>(`[data-${part}]`);
    target?.focus();
    return target !== null && target !== undefined;
  };

  function keyInSearch(event: KeyboardEvent) {
    // Frimousse would take the arrows from the field, and Enter for the first emoji.
    if (event.key.startsWith("Arrow")) event.stopPropagation();
    if (event.key === "ArrowDown") {
      event.preventDefault();
      if (!go("icons")) go("emojis");
    }
    const first = icons.find(({ icon }) => icon !== CROWN.icon);
    if (event.key === "Enter" && search.trim() !== "" && first !== undefined) {
      event.preventDefault();
      onChoose(first.icon, first.label);
    }
  }

  /** Whoever types in a grid means the search: the letter arrives in it. */
  function keyInGrids(event: KeyboardEvent) {
    const isLetter = event.key.length === 1 && event.key !== " ";
    if (isLetter && !event.ctrlKey && !event.metaKey && !event.altKey) go("search");
  }

  return (
    <Popover.Root
      open
      onOpenChange={(next, { event }) => {
        // The button itself closes what it has opened.
        const isAnchor = event.target instanceof Node && anchor.current?.contains(event.target);
        if (!next && !(isAnchor === true && event.type !== "keydown")) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} className={styles.layer} sideOffset={6} align="start">
          <Popover.Popup
            ref={panel}
            className={styles.panel}
            aria-label={label}
            initialFocus={field}
            finalFocus={anchor}
          >
            <EmojiPicker.Root
              className={styles.root}
              columns={COLUMNS}
              skinTone={tone}
              emojibaseUrl={emojisUrl}
              resolveEmojiData={emojis.resolve}
              onEmojiSelect={({ emoji, label: called }) => onChoose(qualified(emoji), called)}
            >
              <EmojiPicker.Search
                ref={field}
                className={styles.search}
                aria-label="Search icons and emojis"
                placeholder="Search icons and emojis"
                value={search}
                onChange={(event) => setSearch(event.target.value)}
                onKeyDown={keyInSearch}
              />
              {/* biome-ignore lint/a11y/noStaticElementInteractions: hears what bubbles from the grids */}
              <div className={styles.grids} onKeyDown={keyInGrids}>
                {icons.length > 0 && (
                  <IconGrid
                    icons={icons}
                    value={value}
                    color={color}
                    onChoose={onChoose}
                    onAbove={() => go("search")}
                    onBelow={() => go("emojis")}
                  />
                )}
                <EmojiGrid
                  id={`${id}-active`}
                  value={value}
                  failed={emojis.failed}
                  onRetry={() => {
                    go("search"); // the button goes
                    emojis.retry();
                  }}
                  onAbove={() => go("icons") || go("search")}
                />
              </div>
              <footer className={styles.foot}>
                <SkinTones value={tone} onChange={setTone} />
                <Button size="small" look="quiet" onClick={() => onChoose(null, "No badge")}>
                  No badge
                </Button>
              </footer>
            </EmojiPicker.Root>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
