// The server's routes. Paths are relative, so that the page also works below a prefix of a reverse proxy.
import { events } from "./sse.js";

const KEY = "jgemma.key";
let key = stored("sessionStorage") ?? stored("localStorage") ?? "";
let askForKey = async () => null;

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.param = error?.param ?? null;
  }
}

function stored(storage) {
  try {
    return self[storage].getItem(KEY);
  } catch {
    return null;
  }
}

/** Who is asked for a key when the server wants one: resolves to { key, remember }, or null for no. */
export function onKeyWanted(ask) {
  askForKey = ask;
}

export const hasKey = () => key !== "";

/** Uses a key from now on, kept for this tab or, if it is to be remembered, for this browser. An empty one is forgotten. */
export function useKey(value, remember) {
  key = value;
  try {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
    if (value) (remember ? localStorage : sessionStorage).setItem(KEY, value);
  } catch {
    // Storage is switched off: the key holds until the page is closed.
  }
}

export async function models() {
  return (await (await request("v1/models")).json()).data;
}

/** What there is to know about a model: context, pictures, memory. */
export async function props(model) {
  return (await request(`props?model=${encodeURIComponent(model)}`)).json();
}

/** Streams the answer to a conversation: yields the chunks of chat completions. */
export async function* chat(body, signal) {
  const response = await request("v1/chat/completions", { method: "POST", body: JSON.stringify(body), signal });
  for await (const event of events(response.body)) {
    if (event.data === "[DONE]") return;
    const data = JSON.parse(event.data);
    if (data.error) throw new ApiError(data.error.code ?? 500, data.error);
    yield data;
  }
  throw new ApiError(0, { message: "the connection was lost" });
}

async function request(path, options = {}) {
  for (;;) {
    const used = key;
    const headers = { ...(options.body && { "Content-Type": "application/json" }), ...(used && { Authorization: `Bearer ${used}` }) };
    const response = await fetch(path, { ...options, headers });
    if (response.ok) return response;
    if (response.status !== 401) throw await failure(response);
    // Another request may have been given a key meanwhile.
    if (key === used) {
      const given = await askForKey(used !== "");
      if (given === null) throw await failure(response);
      useKey(given.key, given.remember);
    }
  }
}

async function failure(response) {
  let error = null;
  try {
    error = (await response.json()).error;
  } catch {
    // A proxy's error page: the status has to do.
  }
  return new ApiError(response.status, error);
}
