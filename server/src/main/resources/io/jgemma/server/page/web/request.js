// What is sent for a conversation. It only looks at what it is given.
import { t } from "./words.js";

const NUMBERS = ["temperature", "top_p", "top_k", "min_p", "seed", "max_tokens"];

/** The body of a request for chat completions. */
export function requestBody(messages, preferences, model) {
  const body = {
    model,
    messages: [...systemMessage(preferences), ...messages.map(sentMessage)],
    stream: true,
    stream_options: { include_usage: true },
    timings_per_token: true,
    return_progress: true,
  };
  for (const name of NUMBERS) {
    if (preferences[name] !== "") body[name] = Number(preferences[name]);
  }
  if (preferences.reasoning === "on") body.enable_thinking = true;
  if (preferences.reasoning === "off") body.reasoning_effort = "none";
  const tools = readTools(preferences.tools);
  if (tools.length > 0) body.tools = tools;
  return body;
}

/** The tools in the settings: a JSON list, in OpenAI's form or of bare functions. Throws in words when it is neither. */
export function readTools(text) {
  if (text.trim() === "") return [];
  let tools;
  try {
    tools = JSON.parse(text);
  } catch (error) {
    throw new Error(t("toolsWrong", { why: error.message }));
  }
  if (!Array.isArray(tools)) throw new Error(t("toolsWrong", { why: t("noList") }));
  return tools.map((tool) => (tool.type === "function" ? tool : { type: "function", function: tool }));
}

function systemMessage({ system }) {
  return system.trim() === "" ? [] : [{ role: "system", content: system }];
}

function sentMessage(message) {
  if (message.role === "tool") return { role: "tool", tool_call_id: message.call, content: message.text };
  if (message.role === "assistant") return assistantMessage(message);
  return { role: "user", content: userContent(message) };
}

function assistantMessage(message) {
  const sent = { role: "assistant", content: message.text };
  if (message.thoughts) sent.reasoning_content = message.thoughts;
  if (message.calls?.length) {
    sent.tool_calls = message.calls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.name, arguments: call.arguments },
    }));
  }
  return sent;
}

/** Files stand before the question: pictures as they are, texts with their name. */
function userContent(message) {
  const files = message.files ?? [];
  const texts = files.filter((file) => file.kind === "text").map((file) => `${file.name}:\n${fenced(file.data)}\n\n`);
  const text = texts.join("") + message.text;
  const pictures = files.filter((file) => file.kind === "picture");
  if (pictures.length === 0) return text;
  const parts = pictures.map((file) => ({ type: "image_url", image_url: { url: file.data } }));
  return text === "" ? parts : [...parts, { type: "text", text }];
}

/** Text between fences that are longer than any inside it. */
function fenced(text) {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}
