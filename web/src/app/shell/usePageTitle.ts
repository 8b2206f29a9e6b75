import { useEffect } from "react";

/** Says in the window's title where one is; null leaves it to what else is on the screen. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    if (title !== null) document.title = `${title} · Sangha`;
  }, [title]);
}
