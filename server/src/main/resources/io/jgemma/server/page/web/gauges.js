// How full the context is, how fast tokens come, and where the memory goes.
import { byId, h } from "./dom.js";
import { number, t } from "./words.js";

const MEMORY = ["weights", "copied", "buffers", "kv_used", "kv_cached"];

export class Gauges {
  #context = meter("context");
  #speed = h("span", { class: "gauge speed", "data-gauge": "speed" });
  #memory = meter("memory");

  constructor() {
    byId("gauges").append(this.#context.element, this.#speed, this.#memory.element);
  }

  /**
   * @param message the last answer, if any
   * @param contextTokens what the context holds; 0 = not known
   * @param memory of /props, if it is known
   */
  show(message, contextTokens, memory) {
    this.#showContext(tokensOf(message), contextTokens);
    this.#showSpeed(message);
    this.#showMemory(memory);
  }

  #showContext(used, size) {
    const { element, bar } = this.#context;
    element.hidden = size === 0;
    if (size === 0) return;
    const words = t("contextUse", { used: number(used), size: number(size) });
    set(this.#context, t("context"), words, used / size, `${short(used)} / ${short(size)}`);
    bar.replaceChildren(part(used / size, used / size > 0.9 ? "full" : "used"));
  }

  #showSpeed(message) {
    const timings = message?.timings;
    const speed = timings?.predicted_n ? timings.predicted_per_second : 0;
    this.#speed.hidden = !speed;
    this.#speed.textContent = speed ? t("perSecond", { speed: number(speed, 1) }) : "";
    this.#speed.title = speed ? t("speeds", { prompt: number(timings.prompt_per_second ?? 0, 1), answer: number(speed, 1) }) : "";
  }

  #showMemory(memory) {
    const { element, bar } = this.#memory;
    element.hidden = !memory;
    if (!memory) return;
    const used = MEMORY.reduce((sum, name) => sum + memory[name], 0);
    const size = Math.max(used, memory.weights + memory.copied + memory.buffers + memory.kv_limit);
    const parts = MEMORY.filter((name) => memory[name] > 0).map((name) => `${t(`memory_${name}`)} ${bytes(memory[name])}`);
    set(this.#memory, t("memory"), t("memoryUse", { used: bytes(used), size: bytes(size), parts: parts.join(", ") }), used / size, bytes(used));
    bar.replaceChildren(...MEMORY.map((name) => part(memory[name] / size, name)));
  }
}

function meter(name) {
  const bar = h("span", { class: "bar-line" });
  const label = h("span", { class: "gauge-label" });
  const value = h("span");
  const element = h("span", { class: "gauge", role: "meter", "aria-valuemin": "0", "aria-valuemax": "100", "data-gauge": name }, label, bar, value);
  return { element, bar, label, value };
}

function set({ element, label, value }, name, words, share, text) {
  label.textContent = name;
  value.textContent = text;
  element.title = words;
  element.setAttribute("aria-label", name);
  element.setAttribute("aria-valuenow", Math.round(Math.min(1, share) * 100));
  element.setAttribute("aria-valuetext", words);
}

/** A part of a bar. Its width is a property of the element, not markup, which the page's policy would refuse. */
function part(share, name) {
  const element = h("span", { class: `part ${name}` });
  element.style.width = `${Math.min(100, share * 100)}%`;
  return element;
}

/** Tokens that a conversation takes up to its last answer. */
function tokensOf(message) {
  if (message?.usage) return message.usage.total_tokens;
  const timings = message?.timings;
  return timings ? timings.cache_n + timings.prompt_n + timings.predicted_n : 0;
}

function short(tokens) {
  if (tokens < 1000) return String(tokens);
  return `${number(tokens / 1024, tokens % 1024 > 0 && tokens < 10_240 ? 1 : 0)}K`;
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${number(value / 1024 ** unit, unit > 2 ? 1 : 0)} ${units[unit]}`;
}
