// Runs before the page is drawn, so that a chosen theme does not flash.
"use strict";
try {
  const { theme } = JSON.parse(localStorage.getItem("jgemma.preferences") ?? "{}");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off or holds something else: the system's theme it is.
}
