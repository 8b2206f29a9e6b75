import { Menu } from "@base-ui/react/menu";
import { type RefObject, useEffect, useRef } from "react";
import type { ActionsProps } from "./Actions";
import styles from "./Actions.module.css";

interface ActionsMenuProps extends Omit<ActionsProps, "trigger"> {
  anchor: RefObject<HTMLButtonElement | null>;
  /** Opened by the keyboard, which then stands on the first action. */
  byKeys: boolean;
  onClose: () => void;
}

/** The open menu of `Actions`. */
export default function ActionsMenu({ anchor, byKeys, groups, header, onClose }: ActionsMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!byKeys) return;
    const later = requestAnimationFrame(() =>
      menu.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus(),
    );
    return () => cancelAnimationFrame(later);
  }, [byKeys]);
  const filled = groups.filter((group) => group.length > 0);
  return (
    <Menu.Root open onOpenChange={(next) => next || onClose()}>
      <Menu.Portal>
        <Menu.Positioner
          role="region"
          aria-label="Menu"
          anchor={anchor}
          className={styles.layer}
          sideOffset={4}
          align="start"
        >
          <Menu.Popup ref={menu} className={styles.menu} finalFocus={anchor}>
            {header !== undefined && <div className={styles.header}>{header}</div>}
            {filled.map((group, place) => (
              <Menu.Group key={group[0]?.label} className={styles.group}>
                {place > 0 && <Menu.Separator className={styles.line} />}
                {group.map((action) => (
                  <Menu.Item
                    key={action.label}
                    className={styles.item}
                    data-tone={action.tone}
                    disabled={action.why !== undefined}
                    onClick={action.onSelect}
                  >
                    {action.icon}
                    <span className={styles.words}>
                      {action.label}
                      {action.why !== undefined && <small>{action.why}</small>}
                    </span>
                  </Menu.Item>
                ))}
              </Menu.Group>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
