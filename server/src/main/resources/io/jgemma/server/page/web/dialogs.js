// Questions to the user: each opens a modal dialog and resolves when it is closed.
import { h, iconButton, newId } from "./dom.js";
import { t } from "./words.js";

/**
 * A dialog. Closing it in any way resolves to null unless `ok` says otherwise.
 *
 * @param fill gets the form's elements: (finish) => array of nodes; finish(value) closes the dialog with a value
 */
export function ask(title, fill, attributes = {}) {
  return new Promise((resolve) => {
    let result = null;
    const finish = (value) => {
      result = value;
      dialog.close();
    };
    const heading = h("h2", { id: `title-${newId()}` }, title);
    const dialog = h("dialog", { "aria-labelledby": heading.id, ...attributes },
      h("div", { class: "dialog-head" }, heading, iconButton("close", t("close"), () => finish(null))));
    dialog.append(...fill(finish));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    // A click beside the dialog closes it.
    dialog.addEventListener("mousedown", (event) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      if (event.target === dialog && (x < left || x > right || y < top || y > bottom)) finish(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
}

function form(finish, value, ...children) {
  const submit = (event) => {
    event.preventDefault();
    finish(value());
  };
  return h("form", { onsubmit: submit }, ...children);
}

function buttons(finish, label, kind = "primary") {
  return h("p", { class: "buttons" },
    h("button", { type: "button", class: "quiet", onclick: () => finish(null) }, t("cancel")),
    h("button", { type: "submit", class: kind, autofocus: kind === "danger" }, label));
}

/** Whether something shall be done that cannot be undone. */
export async function confirmed(title, text, label) {
  return (await ask(title, (finish) => [form(finish, () => true, h("p", {}, text), buttons(finish, label, "danger"))])) === true;
}

/** A line of text; null for none. */
export function askText(title, label, value) {
  const input = h("input", { type: "text", value, autofocus: true, maxlength: "200" });
  return ask(title, (finish) => [
    form(finish, () => input.value.trim(), h("label", { class: "field" }, h("span", {}, label), input), buttons(finish, t("save"))),
  ]);
}

/** The server's key: { key, remember }, or null. @param wrong whether one was given that the server does not take */
export function askKey(wrong) {
  const input = h("input", { type: "password", autocomplete: "current-password", autofocus: true, required: true });
  const remember = h("input", { type: "checkbox" });
  return ask(t("keyTitle"), (finish) => [
    form(
      finish,
      () => ({ key: input.value.trim(), remember: remember.checked }),
      h("p", { role: wrong ? "alert" : null }, t(wrong ? "keyWrong" : "keyText")),
      h("label", { class: "field" }, h("span", {}, t("key")), input),
      h("label", { class: "check" }, remember, h("span", {}, t("keyRemember"))),
      buttons(finish, t("keyUse")),
    ),
  ], { id: "key-dialog" });
}

/** The keys that do something. */
export function showKeys(keys) {
  return ask(t("keys"), () => [
    h("dl", { class: "keys" }, ...keys.flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(words))])),
  ]);
}
