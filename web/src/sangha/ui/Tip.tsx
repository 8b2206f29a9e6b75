import { cloneElement, type ReactElement } from "react";

export interface TipProps {
  text: string;
  side?: "top" | "right" | "bottom" | "left";
  /** One focusable element. */
  children: ReactElement<object>;
}

/**
 * A tooltip on hover and focus, drawn by the one `TipLayer` of the page. What it says must be said
 * to screen readers by other means, too.
 */
export function Tip({ text, side = "top", children }: TipProps) {
  return cloneElement(children, { "data-tip": text, "data-tip-side": side } as object);
}
