// Shows Markdown that may still be growing, and may be hostile. HTML in it stays text, as do links that lead anywhere but to web
// pages and mail; pictures are links, so that nothing is loaded from elsewhere. What comes out goes through DOMPurify all the same.
import { showCode } from "./code.js";
import { formulas, showFormula } from "./formulas.js";
import { Marked } from "./vendor/marked/marked.esm.js";
import { t } from "./words.js";

const SAFE_LINK = /^(https?:\/\/|mailto:)/i;
const LONGEST = 300_000;
const LINE_BREAK = /^<br\s*\/?>$/i;

const SANITIZED = {
  ALLOWED_TAGS: [
    "p", "br", "hr", "em", "strong", "del", "a", "code", "pre", "blockquote", "ul", "ol", "li", "span", "div",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
  ],
  ALLOWED_ATTR: ["href", "title", "start", "align", "data-language", "data-formula", "data-display"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

const marked = new Marked({ gfm: true });
marked.use({
  extensions: formulas,
  renderer: {
    html: ({ text }) => (LINE_BREAK.test(text.trim()) ? "<br>" : escaped(text)),
    link({ href, title, tokens, raw }) {
      if (!SAFE_LINK.test(href)) return escaped(raw);
      const attributes = `href="${escaped(href)}"${title ? ` title="${escaped(title)}"` : ""}`;
      return `<a ${attributes}>${this.parser.parseInline(tokens)}</a>`;
    },
    image: ({ href, text, raw }) => (SAFE_LINK.test(href) ? `<a href="${escaped(href)}">${escaped(text || href)}</a>` : escaped(raw)),
    code: ({ text, lang }) => `<pre><code data-language="${escaped((lang ?? "").split(/\s/)[0])}">${escaped(text)}</code></pre>`,
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escaped = (text) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]);

/** An element that shows a text. Blocks that have not changed are left as they are, so a long answer stays cheap to extend. */
export class MarkdownView {
  #blocks = [];

  constructor(element) {
    this.element = element;
  }

  show(text) {
    const tokens = blocksOf(text);
    const definitions = JSON.stringify(tokens.filter((token) => token.type === "def"));
    let same = 0;
    while (same < tokens.length && this.#blocks[same]?.raw === tokens[same].raw && this.#blocks[same].definitions === definitions) same++;
    for (const block of this.#blocks.splice(same)) block.element.remove();
    for (const token of tokens.slice(same)) {
      const element = document.createElement("div");
      element.append(rendered(token));
      this.element.append(element);
      this.#blocks.push({ raw: token.raw, definitions, element });
    }
  }
}

/** What is nested too deeply for the parser, or too long for it, is one block of plain text. */
function blocksOf(text) {
  try {
    if (text.length <= LONGEST) return marked.lexer(text).filter((token) => token.type !== "space");
  } catch {
    // Too deep: shown as text.
  }
  return [{ type: "plain", raw: text }];
}

function rendered(token) {
  try {
    if (token.type !== "plain") return dressed(self.DOMPurify.sanitize(marked.parser([token]), SANITIZED));
  } catch {
    // Too deep: shown as text.
  }
  const text = document.createElement("p");
  text.className = "plain";
  text.textContent = token.raw;
  return text;
}

function dressed(fragment) {
  for (const link of fragment.querySelectorAll("a")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  for (const formula of fragment.querySelectorAll("[data-formula]")) showFormula(formula);
  for (const pre of fragment.querySelectorAll("pre")) showCode(pre);
  for (const table of fragment.querySelectorAll("table")) wrap(table);
  return fragment;
}

/** Wide tables scroll by themselves, with the keyboard too. */
function wrap(table) {
  const frame = document.createElement("div");
  frame.className = "table";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", t("table"));
  table.replaceWith(frame);
  frame.append(table);
}
