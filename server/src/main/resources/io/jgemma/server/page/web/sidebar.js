// The list of conversations.
import { byId, h, iconButton } from "./dom.js";
import { preference, prefer } from "./preferences.js";
import { titleOf } from "./tree.js";
import { t } from "./words.js";

const narrow = matchMedia("(max-width: 760px)");

export class Sidebar {
  #list = byId("conversations");
  #open = false;

  /** @param actions open(conversation), rename(conversation), save(conversation), remove(conversation) */
  constructor(actions) {
    this.actions = actions;
    byId("open-sidebar").addEventListener("click", () => this.toggle(true));
    byId("close-sidebar").addEventListener("click", () => this.toggle(false));
    byId("scrim").addEventListener("click", () => this.toggle(false));
    byId("sidebar").addEventListener("keydown", (event) => {
      if (event.key === "Escape" && narrow.matches) this.toggle(false);
    });
    narrow.addEventListener("change", () => this.#set(!narrow.matches && preference("sidebar")));
    this.#set(!narrow.matches && preference("sidebar"));
  }

  toggle(open = !this.#open) {
    this.#set(open);
    if (!narrow.matches) prefer("sidebar", open);
    byId(open ? "close-sidebar" : "open-sidebar").focus();
  }

  /** On a phone the list lies above the conversation and goes when one is chosen. */
  chosen() {
    if (narrow.matches) this.#set(false);
  }

  #set(open) {
    this.#open = open;
    document.body.classList.toggle("with-sidebar", open);
    byId("sidebar").inert = !open;
    document.querySelector(".page").inert = open && narrow.matches;
    byId("open-sidebar").setAttribute("aria-expanded", open);
  }

  show(conversations, current) {
    const focused = document.activeElement?.dataset?.conversation;
    this.#list.replaceChildren(...conversations.map((each) => this.#item(each, each === current)));
    if (focused) this.#list.querySelector(`button[data-conversation="${focused}"]`)?.focus();
  }

  #item(conversation, current) {
    const title = titleOf(conversation) || t("newConversation");
    return h(
      "li",
      { class: current ? "current" : "" },
      h("button", {
        type: "button", class: "title", title, "aria-current": current ? "page" : null, "data-conversation": conversation.id,
        onclick: () => this.actions.open(conversation), ondblclick: () => this.actions.rename(conversation),
      }, title),
      h("span", { class: "tools" },
        iconButton("edit", t("rename", { title }), () => this.actions.rename(conversation), { "data-action": "rename" }),
        iconButton("download", t("export", { title }), () => this.actions.save(conversation), { "data-action": "export" }),
        iconButton("bin", t("delete", { title }), () => this.actions.remove(conversation), { "data-action": "delete" })),
    );
  }
}
