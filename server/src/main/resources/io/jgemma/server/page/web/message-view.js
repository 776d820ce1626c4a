// One message of a conversation on the page.
import { copyButton } from "./code.js";
import { h, iconButton } from "./dom.js";
import { icon } from "./icons.js";
import { MarkdownView } from "./markdown.js";
import { number, t } from "./words.js";

/**
 * Shows a message. `actions` has edit(message, text), again(message), proceed(message), branch(message), results(message, texts).
 */
export class MessageView {
  #markdown = null;
  #thoughts = null;
  #actions;

  constructor(message, actions) {
    this.#actions = actions;
    this.element = h("article", { class: `message ${message.role}`, "data-id": message.id, "aria-label": nameOf(message) });
  }

  /**
   * Draws the message anew.
   *
   * @param state { branches: messages beside this one, itself included; last: whether none follows; running: whether it still comes }
   */
  show(message, state) {
    this.message = message;
    this.state = state;
    this.element.setAttribute("aria-busy", state.running);
    if (this.element.querySelector("form.editing")) return;
    if (message.role === "assistant") this.#showAnswer();
    else if (message.role === "tool") this.#showResult();
    else this.#showQuestion();
  }

  #showQuestion() {
    const { message } = this;
    this.element.replaceChildren(
      ...fileList(message.files ?? []),
      ...(message.text === "" ? [] : [h("div", { class: "text" }, message.text)]),
      this.#footer(),
    );
  }

  #showResult() {
    const { message } = this;
    this.element.replaceChildren(
      h("details", { class: "fold" }, h("summary", {}, t("toolResult", { name: message.name ?? "" })), h("pre", { tabindex: "0" }, message.text)),
    );
  }

  /** The parts of an answer stay while it grows, so that folds keep their state and selected text stays selected. */
  #showAnswer() {
    const { message, state } = this;
    if (!this.#markdown) {
      this.#thoughts = this.#thoughtsFold();
      this.#markdown = new MarkdownView(h("div", { class: "markdown said" }));
      this.calls = h("div", { class: "calls" });
      this.wait = h("p", { class: "wait" });
      this.error = h("p", { class: "error", role: "alert" });
      this.foot = h("div");
      this.element.replaceChildren(this.#thoughts.fold, this.#markdown.element, this.calls, this.wait, this.error, this.foot);
    }
    this.#showThoughts();
    this.#markdown.show(message.text);
    this.#showCalls();
    const waits = state.running && !message.text && !message.thoughts && !message.calls;
    this.wait.hidden = !waits;
    this.wait.textContent = waits ? waitText(message) : "";
    this.error.hidden = !message.error;
    this.error.textContent = message.error ?? "";
    this.foot.replaceChildren(...(state.running ? [] : [this.#footer()]));
  }

  #thoughtsFold() {
    const summary = h("summary");
    const view = new MarkdownView(h("div", { class: "markdown" }));
    return { summary, view, fold: h("details", { class: "fold thoughts" }, summary, view.element) };
  }

  #showThoughts() {
    const { message, state } = this;
    const { fold, summary, view } = this.#thoughts;
    fold.hidden = !message.thoughts;
    if (!message.thoughts) return;
    const thinking = state.running && !message.text && !message.calls;
    fold.classList.toggle("running", thinking);
    summary.textContent = thinking ? t("thinking") : thoughtWords(message.thoughtsTook);
    view.show(message.thoughts);
  }

  #showCalls() {
    const { message, state } = this;
    const calls = message.calls ?? [];
    const wanting = calls.length > 0 && state.last && !state.running && message.finish === "tool_calls";
    const drawn = JSON.stringify([calls, wanting]);
    if (this.calls.dataset.drawn === drawn) return;
    this.calls.dataset.drawn = drawn;
    const folds = calls.map((call) =>
      h("details", { class: "fold call" }, h("summary", {}, t("toolCall", { name: call.name })), h("pre", { tabindex: "0" }, pretty(call.arguments))));
    this.calls.replaceChildren(...folds, ...(wanting ? [this.#resultsForm(calls)] : []));
  }

  /** The page runs no tools: whoever sits before it says what they gave. */
  #resultsForm(calls) {
    const areas = calls.map(() => h("textarea", { rows: "2" }));
    const rows = calls.map((call, i) => h("label", {}, h("span", {}, t("resultOf", { name: call.name })), areas[i]));
    const send = (event) => {
      event.preventDefault();
      this.#actions.results(this.message, areas.map((area) => area.value));
    };
    return h("form", { class: "results", onsubmit: send }, ...rows, h("button", { class: "primary", type: "submit" }, t("sendResults")));
  }

  #footer() {
    const { message, state } = this;
    const answer = message.role === "assistant";
    return h(
      "footer",
      {},
      ...this.#branches(),
      ...(message.text ? [copyButton(() => message.text)] : []),
      iconButton("edit", t("edit"), () => this.#edit(), { "data-action": "edit" }),
      ...(answer ? [iconButton("again", t("again"), () => this.#actions.again(message), { "data-action": "again" })] : []),
      ...(answer && state.last && message.text && ["length", "stopped", "error"].includes(message.finish)
        ? [iconButton("forward", t("proceed"), () => this.#actions.proceed(message), { "data-action": "proceed" })]
        : []),
      h("span", { class: "facts" }, answer ? factsOf(message) : ""),
    );
  }

  #branches() {
    const { branches } = this.state;
    if (branches.length < 2) return [];
    const at = branches.indexOf(this.message);
    const to = (step) => () => this.#actions.branch(branches[at + step]);
    return [
      h(
        "span",
        { class: "branches", role: "group", "aria-label": t("branches") },
        iconButton("left", t("earlierBranch"), to(-1), { disabled: at === 0, "data-action": "earlier" }),
        h("span", {}, `${at + 1} / ${branches.length}`),
        iconButton("right", t("laterBranch"), to(1), { disabled: at === branches.length - 1, "data-action": "later" }),
      ),
    ];
  }

  #edit() {
    const { message } = this;
    const area = h("textarea", { value: message.text, "aria-label": t("edit"), rows: Math.min(12, message.text.split("\n").length + 1) });
    const end = () => {
      form.remove();
      this.#markdown = null;
      this.show(this.message, this.state);
      this.element.querySelector("[data-action=edit]")?.focus();
    };
    const send = (event) => {
      event.preventDefault();
      form.remove();
      this.#markdown = null;
      this.#actions.edit(message, area.value);
    };
    const form = h(
      "form",
      { class: "editing", onsubmit: send },
      area,
      h("p", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: end }, t("cancel")),
        h("button", { type: "submit", class: "primary" }, message.role === "user" ? t("send") : t("save"))),
    );
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        end();
      } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        form.requestSubmit();
      }
    });
    this.element.replaceChildren(...fileList(message.files ?? []), form);
    area.focus();
  }
}

function nameOf(message) {
  if (message.role === "user") return t("you");
  return message.role === "tool" ? t("tool") : message.model || t("assistant");
}

export function fileList(files) {
  if (files.length === 0) return [];
  return [h("ul", { class: "files" }, ...files.map(fileItem))];
}

export function fileItem(file) {
  if (file.kind === "picture") return h("li", {}, h("img", { src: file.data, alt: file.name, title: file.name }));
  return h("li", { class: "text-file", title: file.name }, icon("file"), h("span", {}, file.name));
}

/** How long was thought, where that is known and more than an instant. */
function thoughtWords(milliseconds) {
  return milliseconds >= 50 ? t("thought", { seconds: number(milliseconds / 1000, 1) }) : t("thoughts");
}

/** JSON with indents; anything else as it is. */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function waitText({ progress }) {
  return progress && progress.total > 0 ? t("reading", { done: number(progress.processed), total: number(progress.total) }) : t("waiting");
}

function factsOf(message) {
  const facts = [];
  if (message.model) facts.push(message.model);
  if (message.timings?.predicted_n) {
    facts.push(t("tokens", { count: number(message.timings.predicted_n) }));
    facts.push(t("perSecond", { speed: number(message.timings.predicted_per_second ?? 0, 1) }));
  }
  if (message.finish === "stopped") facts.push(t("stopped"));
  if (message.finish === "length") facts.push(t("cut"));
  return facts.join(" · ");
}
