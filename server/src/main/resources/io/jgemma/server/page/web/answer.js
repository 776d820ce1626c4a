// Takes an answer's chunks into its message.
import { chat } from "./api.js";

/**
 * Streams an answer into a message and calls back after each chunk. A message that has text already is continued.
 * Throws what the server or the connection throws; what had come by then stays.
 */
export async function streamAnswer(body, message, signal, changed) {
  const began = performance.now();
  for await (const chunk of chat(body, signal)) {
    takeChunk(message, chunk, performance.now() - began);
    changed();
  }
}

/** One chunk. */
export function takeChunk(message, chunk, milliseconds) {
  if (chunk.timings) message.timings = chunk.timings;
  if (chunk.usage) message.usage = chunk.usage;
  message.progress = chunk.prompt_progress ?? null;
  const choice = chunk.choices?.[0];
  if (!choice) return;
  const { content, reasoning_content: thoughts, tool_calls: calls } = choice.delta ?? {};
  if (thoughts) {
    message.thoughts = (message.thoughts ?? "") + thoughts;
    message.thoughtsBegan ??= milliseconds;
    message.thoughtsTook = milliseconds - message.thoughtsBegan;
  }
  if (content) message.text += content;
  for (const call of calls ?? []) takeCall(message, call);
  if (choice.finish_reason) message.finish = choice.finish_reason;
}

function takeCall(message, delta) {
  message.calls ??= [];
  const call = (message.calls[delta.index] ??= { id: "", name: "", arguments: "" });
  if (delta.id) call.id = delta.id;
  if (delta.function?.name) call.name = delta.function.name;
  call.arguments += delta.function?.arguments ?? "";
}
