import { useEffect, useState } from "react";
import { onDemand } from "./onDemand";

const TipPopup = onDemand(() => import("./TipPopup"));
const DELAY_MS = 350;

export interface Tipped {
  anchor: HTMLElement;
  text: string;
  side: "top" | "right" | "bottom" | "left";
}

function tipped(target: EventTarget | null): Tipped | null {
  const anchor = target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
  const { tip, tipSide } = anchor?.dataset ?? {};
  if (anchor === null || tip === undefined) return null;
  return { anchor, text: tip, side: (tipSide ?? "top") as Tipped["side"] };
}

/** Draws the tooltips of everything with a `Tip`; loads what draws them with the first one. */
export function TipLayer() {
  const [shown, setShown] = useState<Tipped | null>(null);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const show = (next: Tipped | null, delay: number) => {
      clearTimeout(waiting);
      waiting = setTimeout(setShown, delay, next);
    };
    const hide = () => show(null, 0);
    // By touch nothing hovers: who presses what is blocked is told why.
    const press = (event: MouseEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      const blocked = target?.closest('[aria-disabled="true"]');
      if (blocked !== null && blocked !== undefined) show(tipped(blocked), 0);
    };
    const over = (event: PointerEvent) => {
      if (event.pointerType === "mouse") show(tipped(event.target), DELAY_MS);
    };
    const focus = (event: FocusEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.matches(":focus-visible")) show(tipped(target), 0);
    };
    const key = (event: KeyboardEvent) => event.key === "Escape" && hide();
    document.addEventListener("pointerover", over);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("click", press);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", hide);
    document.addEventListener("keydown", key);
    return () => {
      clearTimeout(waiting);
      document.removeEventListener("pointerover", over);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("click", press);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("keydown", key);
    };
  }, []);
  return shown !== null && <TipPopup {...shown} />;
}
