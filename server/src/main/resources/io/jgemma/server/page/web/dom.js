// Makes elements. Text is always set as text: nothing here takes HTML.
import { icon } from "./icons.js";

/**
 * An element: h("button", { class: "icon", onclick: f, "aria-label": "Stop", icon: "stop" }, "text", child).
 * Functions become listeners, true an empty attribute; false, null and undefined leave the attribute out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "icon") element.append(icon(value));
    else if (name === "value") element.value = value;
    else if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button that is only an icon: its name is read aloud and shown as a tooltip. */
export function iconButton(name, label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "icon", icon: name, "aria-label": label, title: label, onclick, ...attributes });
}

export const byId = (id) => document.getElementById(id);

/** Whatever is thrown, in words. */
export const wordsOf = (error) => error?.message || String(error);

/** An identifier; crypto.randomUUID is missing on pages that come without HTTPS from another machine. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
