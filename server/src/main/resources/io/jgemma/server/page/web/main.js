// Puts the page together: the parts know nothing of each other.
import { streamAnswer } from "./answer.js";
import { onKeyWanted } from "./api.js";
import { Composer } from "./composer.js";
import { askKey, showKeys } from "./dialogs.js";
import { byId, wordsOf } from "./dom.js";
import { Gauges } from "./gauges.js";
import { KEYS, startKeys } from "./keys.js";
import { Library } from "./library.js";
import { ModelPicker } from "./models.js";
import { preferences } from "./preferences.js";
import { requestBody } from "./request.js";
import { showSettings } from "./settings.js";
import { Sidebar } from "./sidebar.js";
import { startTheme, switchTheme } from "./theme.js";
import { Thread } from "./thread.js";
import { addMessage, choose, parentOf, path, titleOf } from "./tree.js";
import { startWords, t } from "./words.js";
import { icon } from "./icons.js";

const LOOK_EVERY_MS = 5_000;

for (const element of document.querySelectorAll("[data-icon]")) element.prepend(icon(element.dataset.icon));
startTheme();
startWords(() => {
  for (const part of [thread, composer, picker]) part.redraw();
  show();
});

/** The answer that comes: { conversation, message, controller }, or null. */
let running = null;

const library = new Library({ changed: show, failed: (words) => composer.notice(words) });
const picker = new ModelPicker(showGauges);
const gauges = new Gauges();
const thread = new Thread({ edit, again, proceed, branch, results });
const composer = new Composer({ send, stop });
const sidebar = new Sidebar({
  open(conversation) {
    library.show(conversation);
    sidebar.chosen();
    composer.focus();
  },
  rename: (conversation) => library.rename(conversation),
  save: (conversation) => library.export(conversation),
  remove: (conversation) => library.remove(conversation),
});

function show() {
  thread.show(library.current, running?.message);
  sidebar.show(library.list(), library.current);
  composer.running(running !== null);
  document.title = titleOf(library.current) || "jgemma";
  showGauges();
}

function showGauges() {
  const last = path(library.current).findLast((message) => message.role === "assistant");
  gauges.show(last, picker.contextTokens(), picker.memory());
}

function send(text, files) {
  const conversation = library.current;
  const question = addMessage(conversation, path(conversation).at(-1), { role: "user", text, ...(files.length > 0 && { files }) });
  thread.toEnd();
  answer(conversation, question);
}

/** Has the model answer what a message says, in a new branch below it. */
function answer(conversation, question) {
  stop();
  const before = path(conversation);
  const upTo = before.slice(0, before.indexOf(question) + 1);
  const message = addMessage(conversation, question, { role: "assistant", model: picker.chosen() });
  return stream(conversation, message, upTo);
}

async function stream(conversation, message, sent) {
  const controller = new AbortController();
  const mine = { conversation, message, controller };
  running = mine;
  library.answering = conversation;
  delete message.error;
  delete message.finish;
  library.keep(conversation);
  byId("status").textContent = t("answering");
  try {
    await streamAnswer(requestBody(sent, preferences(), picker.chosen()), message, controller.signal, () => grown(mine));
  } catch (error) {
    message.finish = controller.signal.aborted ? "stopped" : "error";
    if (!controller.signal.aborted) message.error = wordsOf(error);
  }
  if (running === mine) {
    running = null;
    library.answering = null;
    byId("status").textContent = t(message.finish === "stopped" ? "stopped" : "answered");
  }
  conversation.updated = Date.now();
  await library.keep(conversation);
  picker.look();
}

function grown({ conversation, message }) {
  if (library.current !== conversation) return;
  thread.grown(message);
  showGauges();
}

function stop() {
  running?.controller.abort();
}

/** An edited question is answered anew; an edited answer stands as it was edited. Both are branches beside the old message. */
function edit(message, text) {
  const conversation = library.current;
  const { id, parent, created, error, ...fields } = message;
  const edited = addMessage(conversation, parentOf(conversation, message), { ...fields, text });
  if (message.role === "user") answer(conversation, edited);
  else library.keep(conversation);
}

function again(message) {
  answer(library.current, parentOf(library.current, message));
}

/** Goes on with an answer that was stopped or cut off. */
function proceed(message) {
  const conversation = library.current;
  const before = path(conversation);
  stop();
  stream(conversation, message, before.slice(0, before.indexOf(message) + 1));
}

function branch(message) {
  choose(library.current, message);
  library.keep(library.current);
}

function results(message, texts) {
  const conversation = library.current;
  let last = message;
  message.calls.forEach((call, i) => {
    last = addMessage(conversation, last, { role: "tool", call: call.id, name: call.name, text: texts[i] });
  });
  answer(conversation, last);
}

function create() {
  library.create();
  sidebar.chosen();
  composer.focus();
}

function openSettings() {
  return showSettings(picker.defaults(), () => picker.load());
}

onKeyWanted(queued(askKey));

/** Asks once where several requests want the same. */
function queued(question) {
  let asked = null;
  return (...details) => {
    asked ??= question(...details).finally(() => (asked = null));
    return asked;
  };
}

byId("new").addEventListener("click", create);
byId("new-small").addEventListener("click", create);
byId("theme").addEventListener("click", switchTheme);
byId("open-settings").addEventListener("click", openSettings);
byId("export").addEventListener("click", () => library.exportAll());
byId("import").addEventListener("click", () => byId("import-file").click());
byId("import-file").addEventListener("change", async ({ target }) => {
  try {
    const count = await library.import(target.files[0]);
    byId("status").textContent = t("imported", { count });
  } catch (error) {
    composer.notice(wordsOf(error));
  }
  target.value = "";
});
startKeys({
  stop,
  create,
  input: () => composer.focus(),
  sidebar: () => sidebar.toggle(),
  settings: openSettings,
  other: (step) => library.step(step),
  help: () => showKeys(KEYS),
});

setInterval(() => running && document.visibilityState === "visible" && picker.look(), LOOK_EVERY_MS);

async function start() {
  show();
  const loading = picker.load();
  if (!(await library.open())) composer.notice(t("notKept"));
  show();
  composer.focus();
  try {
    await loading;
  } catch (error) {
    composer.notice(t("noModels", { why: wordsOf(error) }));
  }
  performance.mark("ready");
  byId("status").dataset.ready = "";
}

start();
