// The models of the server, and what is known of the one that is chosen.
import * as api from "./api.js";
import { byId, h } from "./dom.js";
import { prefer, preference } from "./preferences.js";
import { t } from "./words.js";

export class ModelPicker {
  #select = byId("model");
  #models = [];
  #props = null;

  /** @param changed is called when another model is chosen or more is known of it */
  constructor(changed) {
    this.changed = changed;
    this.#select.addEventListener("change", () => {
      prefer("model", this.#select.value);
      this.#props = null;
      this.look();
    });
  }

  /** Asks for the list. Throws what the server or the connection throws. */
  async load() {
    this.#models = await api.models();
    await this.look();
  }

  /** Asks what is to be known of the model now, e.g. how its memory is used. */
  async look() {
    try {
      if (this.#models.length === 0) this.#models = await api.models();
      this.redraw();
      const model = this.chosen();
      const props = await api.props(model);
      if (model === this.chosen()) this.#props = props;
    } catch {
      // The gauges stay as they are; what is wrong shows with the next message.
    }
    this.changed();
  }

  redraw() {
    const wanted = preference("model") || this.chosen();
    this.#select.replaceChildren(
      ...this.#models.map(({ id, status }) =>
        h("option", { value: id }, status?.value === "unloaded" ? t("notLoaded", { name: id }) : id)),
    );
    if (this.#models.some(({ id }) => id === wanted)) this.#select.value = wanted;
  }

  chosen() {
    return this.#select.value;
  }

  /** Tokens that the context holds; 0 = not known while the model is not loaded. */
  contextTokens() {
    const listed = this.#models.find(({ id }) => id === this.chosen());
    return this.#props?.default_generation_settings?.n_ctx ?? listed?.meta?.n_ctx ?? 0;
  }

  /** Sampling where nothing is chosen; undefined while it is not known. */
  defaults() {
    return this.#props?.default_generation_settings?.params;
  }

  memory() {
    return this.#props?.memory;
  }
}
