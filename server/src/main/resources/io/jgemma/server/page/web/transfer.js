// Conversations as a file, and back.
import { newId, h } from "./dom.js";
import { ROLES } from "./tree.js";
import { t } from "./words.js";

const FORMAT = "jgemma-conversations";
const PICTURE = /^data:image\/(png|jpeg|webp|gif|bmp);base64,[A-Za-z0-9+/=]*$/;

/** Offers conversations as a file to be saved. */
export function download(conversations, name) {
  const text = JSON.stringify({ format: FORMAT, version: 1, conversations }, null, 1);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: url, download: `${name.replace(/[^\p{L}\p{N} _-]/gu, "").trim().slice(0, 60) || "jgemma"}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * The conversations in a file's text, each with a new id, so that importing twice makes copies and overwrites nothing.
 * A file is as little to be trusted as an answer: only known fields are taken, each of its type. Throws in words.
 */
export function readConversations(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error(t("noExport"));
  }
  if (file?.format !== FORMAT || !Array.isArray(file.conversations)) throw new Error(t("noExport"));
  if (file.version !== 1) throw new Error(t("newerExport"));
  return file.conversations.map(readConversation);
}

function readConversation(given) {
  const all = Object.values(object(given?.messages));
  const ids = new Map(all.map((message) => [message?.id, newId()]));
  const messages = {};
  for (const message of all) {
    if (!ROLES.includes(message?.role)) throw new Error(t("noExport"));
    const id = ids.get(message.id);
    messages[id] = { ...readMessage(message), id, parent: ids.get(message.parent) ?? "" };
  }
  const chosen = {};
  for (const [parent, child] of Object.entries(object(given.chosen))) {
    const from = parent === "" ? "" : ids.get(parent);
    const to = messages[ids.get(child)];
    if (from !== undefined && to?.parent === from) chosen[from] = to.id;
  }
  const now = Date.now();
  return { id: newId(), title: string(given.title), created: count(given.created) ?? now, updated: now, messages, chosen };
}

function readMessage(given) {
  const message = { role: given.role, text: string(given.text), created: count(given.created) ?? Date.now() };
  for (const name of ["thoughts", "model", "finish", "error", "call", "name"]) {
    if (typeof given[name] === "string") message[name] = given[name];
  }
  if (count(given.thoughtsTook) !== null) message.thoughtsTook = count(given.thoughtsTook);
  for (const name of ["timings", "usage"]) {
    if (given[name]) message[name] = numbers(given[name]);
  }
  if (Array.isArray(given.calls)) {
    message.calls = given.calls.map((call) => ({ id: string(call?.id), name: string(call?.name), arguments: string(call?.arguments) }));
  }
  if (Array.isArray(given.files)) message.files = given.files.map(readFile);
  return message;
}

function readFile(given) {
  const file = { kind: given?.kind, name: string(given?.name), type: string(given?.type), data: string(given?.data) };
  if (file.kind !== "text" && !(file.kind === "picture" && PICTURE.test(file.data))) throw new Error(t("noExport"));
  return file;
}

const object = (value) => (value !== null && typeof value === "object" ? value : {});
const string = (value) => (typeof value === "string" ? value : "");
const count = (value) => (Number.isFinite(value) ? value : null);
const numbers = (value) => Object.fromEntries(Object.entries(object(value)).filter(([, each]) => Number.isFinite(each)));
