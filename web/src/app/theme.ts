import { useSyncExternalStore } from "react";
import { remember, stored } from "./stored";

export type Theme = "system" | "light" | "dark";

const KEY = "sangha.theme";
const listeners = new Set<() => void>();

function read(): Theme {
  const theme = stored(KEY);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Shows the page in the theme that was chosen, in this tab or another. */
export function followTheme(): void {
  const apply = () => {
    const theme = read();
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const tell of listeners) tell();
  };
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  window.addEventListener("sangha:theme", apply);
  apply();
}

/** Chooses a theme, for this browser. */
export function setTheme(theme: Theme): void {
  remember(KEY, theme);
  window.dispatchEvent(new Event("sangha:theme"));
}

/** Returns the chosen theme. */
export function useTheme(): Theme {
  return useSyncExternalStore((tell) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  }, read);
}
