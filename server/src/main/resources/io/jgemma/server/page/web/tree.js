// A conversation is a tree of messages: an edit or a second answer is a new branch beside the old one. `chosen` says for each
// message which of those that follow it is shown; the empty name stands for the beginning.
import { newId } from "./dom.js";

export const ROLES = ["user", "assistant", "tool"];

export function newConversation() {
  const now = Date.now();
  return { id: newId(), title: "", created: now, updated: now, messages: {}, chosen: {} };
}

/** A message that follows another (null: begins the conversation), and is shown from now on. */
export function addMessage(conversation, parent, fields) {
  const message = { id: newId(), parent: parent?.id ?? "", text: "", created: Date.now(), ...fields };
  conversation.messages[message.id] = message;
  choose(conversation, message);
  return message;
}

/** The messages that are shown, first to last. */
export function path(conversation) {
  const shown = [];
  let next = conversation.messages[conversation.chosen[""]];
  while (next) {
    shown.push(next);
    next = conversation.messages[conversation.chosen[next.id]];
  }
  return shown;
}

/** A message and those beside it, in the order they were made. */
export function siblings(conversation, message) {
  return Object.values(conversation.messages).filter((each) => each.parent === message.parent);
}

export function choose(conversation, message) {
  conversation.chosen[message.parent] = message.id;
  conversation.updated = Date.now();
}

/** What a message follows; undefined for the first. */
export const parentOf = (conversation, message) => conversation.messages[message.parent];

/** What a conversation is called in lists: its title, or how it begins. */
export function titleOf(conversation) {
  if (conversation.title) return conversation.title;
  const first = path(conversation)[0];
  const line = (first?.text ?? "").trim().split("\n")[0];
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || (first?.files?.[0]?.name ?? "");
}
