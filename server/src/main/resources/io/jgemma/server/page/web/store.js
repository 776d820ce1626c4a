// Conversations lie in this browser's IndexedDB. Where that is not to be had, e.g. in a private window, they last until the
// page is closed.
const DATABASE = "jgemma";
const TABLE = "conversations";

const others = "BroadcastChannel" in self ? new BroadcastChannel("jgemma.conversations") : null;
let database = null;

/** Opens the store; false when nothing will be kept. */
export async function openStore() {
  try {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: "id" });
    database = await done(opening);
  } catch {
    database = null;
  }
  return database !== null;
}

/** All conversations, the one that changed last first. */
export async function loadAll() {
  if (!database) return [];
  const all = await done(database.transaction(TABLE).objectStore(TABLE).getAll());
  return all.sort((a, b) => b.updated - a.updated);
}

export async function save(conversation) {
  await change((table) => table.put(conversation));
}

export async function remove(id) {
  await change((table) => table.delete(id));
}

async function change(step) {
  if (!database) return;
  await done(step(database.transaction(TABLE, "readwrite").objectStore(TABLE)));
  others?.postMessage("changed");
}

/** Calls back when another tab has changed conversations. */
export function onOtherTab(listener) {
  others?.addEventListener("message", listener);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another tab holds an older version of the store"));
  });
}
