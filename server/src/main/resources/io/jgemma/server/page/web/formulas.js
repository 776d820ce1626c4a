// Formulas in Markdown: $…$, $$…$$, \(…\), \[…\]. KaTeX is loaded with the first of them.
// Their lengths are limited, so that no text makes the search for their ends slow.
const BLOCK = /^(?:\$\$((?:\\[\s\S]|[^\\$]){1,5000})\$\$|\\\[([\s\S]{1,5000}?)\\\])[ \t]*(?:\n|$)/;
const INLINE =
  /^(?:\$\$((?:\\[\s\S]|[^\\$]){1,5000})\$\$|\\\[([\s\S]{1,5000}?)\\\]|\\\(([\s\S]{1,5000}?)\\\)|\$(?!\s)((?:\\[\s\S]|[^\\$\n]){1,1000})(?<!\s)\$(?![0-9]))/;

const OPTIONS = { throwOnError: true, trust: false, strict: "ignore", maxExpand: 500, maxSize: 20 };

/** Extensions of marked. A price such as $5 is no formula: the closing sign stands behind no space and before no digit. */
export const formulas = [
  {
    name: "formulaBlock",
    level: "block",
    start: (text) => text.match(/\$\$[^$]|\\\[/)?.index,
    tokenizer: (text) => token("formulaBlock", BLOCK.exec(text), true),
    renderer: ({ formula }) => `<p>${placeholder(formula, true)}</p>`,
  },
  {
    name: "formula",
    level: "inline",
    start: (text) => text.match(/\$(?:[^\s$]|\$[^$])|\\[([]/)?.index,
    tokenizer: (text) => {
      const match = INLINE.exec(text);
      return token("formula", match, match !== null && (match[1] ?? match[2]) !== undefined);
    },
    renderer: ({ formula, display }) => placeholder(formula, display),
  },
];

function token(type, match, display) {
  if (!match) return undefined;
  return { type, raw: match[0], formula: match.slice(1).find((group) => group !== undefined).trim(), display };
}

function placeholder(formula, display) {
  const attribute = formula.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return `<span data-formula="${attribute}"${display ? ' data-display="1"' : ""}></span>`;
}

let katex = null;
let loading = null;

/** Sets a formula into its place; until KaTeX is there, and where it cannot read the formula, its source shows. */
export function showFormula(element) {
  const formula = element.dataset.formula;
  element.textContent = formula;
  element.classList.add("formula");
  if (katex) set(element, formula);
  else load().then(() => set(element, formula));
}

function set(element, formula) {
  try {
    // It builds elements and sets their styles one by one, which a strict Content-Security-Policy allows.
    katex.render(formula, element, { ...OPTIONS, displayMode: "display" in element.dataset });
    element.classList.add("set");
    // Wide ones scroll, with the keyboard too.
    if (element.scrollWidth > element.clientWidth && "display" in element.dataset) element.tabIndex = 0;
  } catch {
    element.textContent = formula;
  }
}

function load() {
  loading ??= import("./vendor/katex/katex.min.js").then(() => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("./vendor/katex/katex.min.css", import.meta.url).href;
    document.head.append(style);
    katex = self.katex;
  });
  return loading;
}
