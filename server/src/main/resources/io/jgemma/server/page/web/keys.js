// Keys that work anywhere on the page.
export const KEYS = [
  ["Enter", "keySend"],
  ["Shift+Enter", "keyLine"],
  ["Esc", "keyStop"],
  ["/", "keyInput"],
  ["Ctrl+Shift+O", "keyNew"],
  ["Ctrl+Shift+S", "keySidebar"],
  ["Ctrl+,", "keySettings"],
  ["Alt+↑  Alt+↓", "keyOther"],
  ["?", "keyKeys"],
];

/** @param actions stop, input, create, sidebar, settings, other(step), help */
export function startKeys(actions) {
  addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const action = find(event, actions);
    if (action) {
      event.preventDefault();
      action();
    }
  });
}

function find(event, actions) {
  const command = event.ctrlKey || event.metaKey;
  const typing = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape") return actions.stop;
  if (command && event.shiftKey && event.code === "KeyO") return actions.create;
  if (command && event.shiftKey && event.code === "KeyS") return actions.sidebar;
  if (command && event.key === ",") return actions.settings;
  if (event.altKey && !command && event.key === "ArrowUp") return () => actions.other(-1);
  if (event.altKey && !command && event.key === "ArrowDown") return () => actions.other(1);
  if (typing || command || event.altKey) return null;
  if (event.key === "/") return actions.input;
  return event.key === "?" ? actions.help : null;
}
