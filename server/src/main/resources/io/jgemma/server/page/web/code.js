// Blocks of code: a head with the language and a button to copy, and colours. The highlighter is loaded with the first block, and a
// language with its first use.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const NAMES = {
  "c++": "cpp", "c#": "csharp", cs: "csharp", docker: "dockerfile", golang: "go", h: "c", hpp: "cpp", html: "xml", js: "javascript",
  jsonc: "json", jsx: "javascript", kt: "kotlin", make: "makefile", md: "markdown", patch: "diff", py: "python", rb: "ruby", rs: "rust",
  console: "shell", sh: "bash", svg: "xml", toml: "ini", ts: "typescript", tsx: "typescript", yml: "yaml", zsh: "bash",
};
const LANGUAGES = new Set([
  "bash", "c", "cpp", "csharp", "css", "diff", "dockerfile", "go", "ini", "java", "javascript", "json", "kotlin", "lua", "makefile",
  "markdown", "php", "python", "ruby", "rust", "shell", "sql", "swift", "typescript", "xml", "yaml",
]);
const LONGEST = 100_000;

const loaded = new Map();
let highlighter = null;

/** Dresses up a block of code. */
export function showCode(pre) {
  const code = pre.querySelector("code");
  const said = code.dataset.language ?? "";
  const language = NAMES[said.toLowerCase()] ?? said.toLowerCase();
  const text = code.textContent;
  const frame = h("div", { class: "code" }, h("div", { class: "code-head" }, h("span", {}, said || t("code")), copyButton(() => text)));
  pre.replaceWith(frame);
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", said || t("code"));
  frame.append(pre);
  if (LANGUAGES.has(language) && text.length <= LONGEST) colour(code, text, language);
}

function colour(code, text, language) {
  if (highlighter?.getLanguage(language)) {
    const { value } = highlighter.highlight(text, { language, ignoreIllegals: true });
    code.replaceChildren(self.DOMPurify.sanitize(value, { ALLOWED_TAGS: ["span"], ALLOWED_ATTR: ["class"], RETURN_DOM_FRAGMENT: true }));
  } else {
    load(language).then(() => colour(code, text, language));
  }
}

function load(language) {
  if (!loaded.has(language)) loaded.set(language, loadNow(language));
  return loaded.get(language);
}

async function loadNow(language) {
  const [core, grammar] = await Promise.all([
    import("./vendor/highlight/core.min.js"),
    import(`./vendor/highlight/languages/${language}.min.js`),
  ]);
  highlighter = core.default;
  highlighter.registerLanguage(language, grammar.default);
}

/** A button that copies a text and says so. */
export function copyButton(text, attributes = {}) {
  const button = h("button", { type: "button", class: "icon", "aria-label": t("copy"), title: t("copy"), ...attributes }, icon("copy"));
  button.addEventListener("click", async () => {
    await copy(text());
    button.replaceChildren(icon("check"));
    button.setAttribute("aria-label", t("copied"));
    setTimeout(() => {
      button.replaceChildren(icon("copy"));
      button.setAttribute("aria-label", t("copy"));
    }, 1500);
  });
  return button;
}

/** The clipboard is there on HTTPS and on this machine only; elsewhere the old way has to do. */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = h("textarea", { class: "hidden-label", value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
