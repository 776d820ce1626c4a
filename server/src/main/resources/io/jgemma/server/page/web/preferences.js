// What a user has chosen. It stays in this browser.
const NAME = "jgemma.preferences";

const DEFAULTS = {
  theme: "auto",
  language: "auto",
  sidebar: true,
  model: "",
  system: "",
  // Sampling: an empty value leaves the choice to the server.
  temperature: "",
  top_p: "",
  top_k: "",
  min_p: "",
  seed: "",
  max_tokens: "",
  reasoning: "auto",
  tools: "",
};

const chosen = { ...DEFAULTS, ...read() };
const listeners = new Set();

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "{}");
  } catch {
    return {};
  }
}

export const preference = (name) => chosen[name];

/** All preferences, to be looked at. */
export const preferences = () => ({ ...chosen });

export function prefer(name, value) {
  if (chosen[name] === value) return;
  chosen[name] = value;
  try {
    localStorage.setItem(NAME, JSON.stringify(chosen));
  } catch {
    // Storage is full or switched off: the choice holds until the page is closed.
  }
  for (const listener of listeners) listener(name, value);
}

/** Calls back with the name and value of each preference that changes. */
export const onPreference = (listener) => listeners.add(listener);
