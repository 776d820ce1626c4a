// The panel with sampling, thinking, tools and what else can be chosen. A change holds from the next answer on.
import { hasKey, useKey } from "./api.js";
import { ask, askKey, showKeys } from "./dialogs.js";
import { h } from "./dom.js";
import { KEYS } from "./keys.js";
import { prefer, preference } from "./preferences.js";
import { readTools } from "./request.js";
import { t } from "./words.js";

const NUMBERS = [
  { name: "temperature", min: 0, max: 2, step: 0.01 },
  { name: "top_p", min: 0, max: 1, step: 0.01 },
  { name: "top_k", min: 0, max: 1000, step: 1 },
  { name: "min_p", min: 0, max: 1, step: 0.001 },
  { name: "seed", min: 0, max: 4294967295, step: 1 },
  { name: "max_tokens", min: 1, max: 10000000, step: 1 },
];

/**
 * Opens the panel.
 *
 * @param defaults the server's sampling for the model, from /props; shown where nothing is chosen
 * @param keyChanged is called when there is another API key
 */
export function showSettings(defaults, keyChanged) {
  const reopen = (finish) => {
    finish(null);
    showSettings(defaults, keyChanged);
  };
  const reset = (finish) => {
    for (const name of ["system", "tools", ...NUMBERS.map((field) => field.name)]) prefer(name, "");
    prefer("reasoning", "auto");
    reopen(finish);
  };
  return ask(t("settings"), (finish) => [
    h("div", { class: "settings" },
      area("system", "systemPrompt", 4),
      h("fieldset", {}, h("legend", {}, t("sampling")),
        h("div", { class: "grid" }, ...NUMBERS.map((field) => numberField(field, defaults)))),
      choice("reasoning", "reasoning", ["auto", "on", "off"], "reasoning_"),
      toolsArea(),
      h("div", { class: "grid" },
        choice("language", "language", ["auto", "en", "zh"], "language_", () => reopen(finish)),
        choice("theme", "theme", ["auto", "light", "dark"], "theme_")),
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => reset(finish) }, t("reset")),
        h("button", { type: "button", class: "quiet", onclick: () => changeKey(keyChanged) }, t(hasKey() ? "keyChange" : "keyEnter")),
        h("button", { type: "button", class: "quiet", onclick: () => showKeys(KEYS) }, t("keys"))),
      h("p", { class: "small" }, t("privacy"), " ", h("a", { href: "web/vendor/README.md", target: "_blank", rel: "noopener" }, t("licences")))),
  ], { class: "sheet", id: "settings" });
}

async function changeKey(changed) {
  const given = await askKey(false);
  if (!given) return;
  useKey(given.key, given.remember);
  changed();
}

function area(name, label, rows) {
  const input = h("textarea", { rows, name, value: preference(name), spellcheck: "false", oninput: () => prefer(name, input.value) });
  return h("label", { class: "field" }, h("span", {}, t(label)), input);
}

function toolsArea() {
  const wrong = h("span", { class: "error", role: "alert" });
  const field = area("tools", "tools", 3);
  const input = field.querySelector("textarea");
  input.placeholder = '[{"name": "…", "description": "…", "parameters": {…}}]';
  const check = () => {
    try {
      readTools(input.value);
      wrong.textContent = "";
      input.removeAttribute("aria-invalid");
    } catch (error) {
      wrong.textContent = error.message;
      input.setAttribute("aria-invalid", "true");
    }
  };
  input.addEventListener("change", check);
  check();
  field.append(wrong);
  return field;
}

function numberField({ name, ...limits }, defaults) {
  const input = h("input", {
    type: "number", name, ...limits, value: preference(name), placeholder: placeholder(defaults?.[name]), inputmode: "decimal",
    oninput: () => input.checkValidity() && prefer(name, input.value),
    onchange: () => input.reportValidity(),
  });
  return h("label", { class: "field" }, h("span", {}, t(name)), input);
}

/** The server's own value; a number of several digits is cut, and one that stands for no limit or for chance is not shown. */
function placeholder(value) {
  return typeof value === "number" && value >= 0 && value < 4294967295 ? String(Math.round(value * 1000) / 1000) : t("automatic");
}

function choice(name, label, values, prefix, changed = () => {}) {
  const select = h("select", {
    name,
    onchange: () => {
      prefer(name, select.value);
      changed();
    },
  }, ...values.map((value) => h("option", { value }, t(prefix + value))));
  select.value = preference(name);
  return h("label", { class: "field" }, h("span", {}, t(label)), select);
}
