// The conversations of this browser, and the one that is shown.
import { confirmed, askText } from "./dialogs.js";
import { wordsOf } from "./dom.js";
import * as store from "./store.js";
import { download, readConversations } from "./transfer.js";
import { newConversation, titleOf } from "./tree.js";
import { t } from "./words.js";

export class Library {
  #all = [];
  current = newConversation();

  /** @param events changed() after every change of the list or the current conversation, failed(words) */
  constructor(events) {
    this.events = events;
    store.onOtherTab(() => this.#reload());
  }

  /** Reads what is kept; false when this browser keeps nothing. */
  async open() {
    const kept = await store.openStore();
    this.#all = await store.loadAll();
    return kept;
  }

  /** Another tab has changed something: a conversation that is being answered here stays as it is here. */
  async #reload() {
    const answered = this.answering;
    this.#all = (await store.loadAll()).map((each) => (each.id === answered?.id ? answered : each));
    const same = this.#all.find((each) => each.id === this.current.id);
    if (same && this.current !== answered) this.current = same;
    this.events.changed();
  }

  list() {
    return this.#all;
  }

  create() {
    this.show(newConversation());
  }

  show(conversation) {
    this.current = conversation;
    this.events.changed();
  }

  /** The conversation above (-1) or below (1) the current one in the list. */
  step(by) {
    const at = this.#all.indexOf(this.current);
    const next = this.#all[at < 0 ? 0 : at + by];
    if (next) this.show(next);
  }

  /** Keeps a conversation, the newest first. */
  async keep(conversation) {
    if (this.#all[0] !== conversation) {
      this.#all = [conversation, ...this.#all.filter((each) => each.id !== conversation.id)];
    }
    this.events.changed();
    await this.#write(() => store.save(conversation));
  }

  async #write(step) {
    try {
      await step();
    } catch (error) {
      this.events.failed(t("notSaved", { why: wordsOf(error) }));
    }
  }

  async rename(conversation) {
    const title = await askText(t("renameTitle"), t("title"), titleOf(conversation));
    if (title === null) return;
    conversation.title = title;
    this.events.changed();
    await this.#write(() => store.save(conversation));
  }

  async remove(conversation) {
    const title = titleOf(conversation) || t("newConversation");
    if (!(await confirmed(t("deleteTitle"), t("deleteText", { title }), t("deleteIt")))) return;
    this.#all = this.#all.filter((each) => each.id !== conversation.id);
    await this.#write(() => store.remove(conversation.id));
    if (conversation.id === this.current.id) this.current = newConversation();
    this.events.changed();
  }

  export(conversation) {
    download([conversation], titleOf(conversation));
  }

  exportAll() {
    download(this.#all, "jgemma");
  }

  /** Adds the conversations of a file; returns how many. Throws in words when it holds none. */
  async import(file) {
    const read = readConversations(await file.text());
    this.#all = [...read, ...this.#all];
    if (read.length > 0) this.current = read[0];
    this.events.changed();
    for (const conversation of read) await this.#write(() => store.save(conversation));
    return read.length;
  }
}
