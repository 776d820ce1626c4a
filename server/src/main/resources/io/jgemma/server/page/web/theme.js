// Light, dark, or as the system has it.
import { onPreference, prefer, preference } from "./preferences.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  onPreference((name) => name === "theme" && apply());
  apply();
}

function apply() {
  const theme = preference("theme");
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** To the other of light and dark; where that is what the system has anyway, the system is followed again. */
export function switchTheme() {
  const now = preference("theme") === "auto" ? (dark.matches ? "dark" : "light") : preference("theme");
  const next = now === "dark" ? "light" : "dark";
  prefer("theme", (next === "dark") === dark.matches ? "auto" : next);
}
