// The conversation that is shown: keeps a view for each of its messages, and the end in sight while an answer comes.
import { byId } from "./dom.js";
import { MessageView } from "./message-view.js";
import { path, siblings, titleOf } from "./tree.js";
import { t } from "./words.js";

const NEAR_END = 60;
const IDLE_SHARE = 3;

export class Thread {
  #views = new Map();
  #scroller = byId("thread");
  #list = byId("messages");
  #jump = byId("jump");
  #follows = true;
  #waits = false;

  constructor(actions) {
    this.actions = actions;
    this.#scroller.addEventListener("scroll", () => this.#watchEnd(), { passive: true });
    this.#jump.addEventListener("click", () => this.toEnd());
    // Pictures, formulas and colours of code come later than the text that holds them.
    new ResizeObserver(() => this.#keepEnd()).observe(this.#list);
  }

  /** Shows a conversation. @param running the message that is being answered, if any */
  show(conversation, running) {
    if (this.conversation !== conversation) {
      this.#views.clear();
      this.#list.replaceChildren();
      this.#follows = true;
    }
    this.conversation = conversation;
    this.running = running;
    const messages = path(conversation);
    const ids = new Set(messages.map((message) => message.id));
    for (const [id, view] of this.#views) {
      if (!ids.has(id)) {
        view.element.remove();
        this.#views.delete(id);
      }
    }
    messages.forEach((message, i) => this.#showMessage(message, i === messages.length - 1));
    byId("welcome").hidden = messages.length > 0;
    byId("title").textContent = titleOf(conversation) || t("newConversation");
    this.#keepEnd();
  }

  #showMessage(message, last) {
    let view = this.#views.get(message.id);
    if (!view) {
      view = new MessageView(message, this.actions);
      this.#views.set(message.id, view);
      this.#list.append(view.element);
    }
    view.show(message, { branches: siblings(this.conversation, message), last, running: message === this.running });
  }

  /** Draws the message that is being answered, once a frame at most, and so rarely that the page stays quick beside it. */
  grown(message) {
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      const began = performance.now();
      const view = this.#views.get(message.id);
      if (view && message === this.running) {
        view.show(message, view.state);
        this.#keepEnd();
      }
      setTimeout(() => (this.#waits = false), IDLE_SHARE * (performance.now() - began));
    });
  }

  /** All views anew, e.g. in another language. */
  redraw() {
    const { conversation, running } = this;
    this.conversation = null;
    this.show(conversation, running);
  }

  toEnd() {
    this.#follows = true;
    this.#keepEnd();
  }

  #watchEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.#jump.hidden = this.#follows;
  }

  #keepEnd() {
    if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }
}
