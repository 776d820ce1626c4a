// The page's words in the reader's language.
import { onPreference, preference } from "./preferences.js";
import en from "./words/en.js";
import zh from "./words/zh.js";

const LANGUAGES = { en, zh };
let words = en;

/** The words under a key; {name} in them stands for a value. */
export function t(key, values = {}) {
  return (words[key] ?? en[key]).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Numbers as the language writes them. */
export const number = (value, digits = 0) =>
  value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** Puts words in place, now and whenever the language changes. */
export function startWords(changed) {
  const apply = () => {
    const wanted = preference("language");
    const language = wanted === "auto" ? (navigator.language.startsWith("zh") ? "zh" : "en") : wanted;
    words = LANGUAGES[language] ?? en;
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    translate(document);
  };
  onPreference((name) => {
    if (name === "language") {
      apply();
      changed();
    }
  });
  apply();
}

/** Fills in what data-t, data-t-label and data-t-placeholder name. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  for (const element of root.querySelectorAll("[data-t-label]")) {
    const label = t(element.dataset.tLabel);
    element.setAttribute("aria-label", label);
    if (element.tagName === "BUTTON") element.title = label;
  }
}
