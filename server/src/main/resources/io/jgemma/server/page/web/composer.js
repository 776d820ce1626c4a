// Where messages are written: text, pictures and text files by button, paste or drop.
import { readFile } from "./attachments.js";
import { byId, h, iconButton, wordsOf } from "./dom.js";
import { fileItem } from "./message-view.js";
import { t } from "./words.js";

export class Composer {
  #files = [];
  #input = byId("input");
  #list = byId("files");
  #notice = byId("notice");

  /** @param actions send(text, files) and stop() */
  constructor(actions) {
    this.actions = actions;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    byId("stop").addEventListener("click", () => actions.stop());
    this.#input.addEventListener("input", () => this.#fit());
    this.#input.addEventListener("keydown", (event) => {
      // While a Chinese or Japanese word is being composed, Enter chooses it.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#send();
      }
    });
    this.#takeFiles();
    this.#fit();
  }

  focus() {
    this.#input.focus();
  }

  /** While an answer comes, the button stops it. */
  running(running) {
    byId("send").hidden = running;
    byId("stop").hidden = !running;
    this.isRunning = running;
  }

  /** Says something above the box; nothing takes it away. */
  notice(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = text === "";
  }

  /** Files again, e.g. in another language. */
  redraw() {
    this.#showFiles();
  }

  #send() {
    const text = this.#input.value.trim();
    if (this.isRunning || (text === "" && this.#files.length === 0)) return;
    const files = this.#files;
    this.#input.value = "";
    this.#files = [];
    this.notice("");
    this.#showFiles();
    this.#fit();
    this.actions.send(text, files);
  }

  #fit() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
    byId("send").disabled = this.#input.value.trim() === "" && this.#files.length === 0;
  }

  #takeFiles() {
    const picker = byId("attach-file");
    byId("attach").addEventListener("click", () => picker.click());
    picker.addEventListener("change", () => {
      this.#add([...picker.files]);
      picker.value = "";
    });
    this.#input.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length === 0) return;
      event.preventDefault();
      this.#add(files);
    });
    const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      byId("drop").hidden = false;
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) byId("drop").hidden = true;
    });
    addEventListener("drop", (event) => {
      byId("drop").hidden = true;
      if (!hasFiles(event)) return;
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
    });
  }

  async #add(files) {
    this.notice("");
    for (const file of files) {
      try {
        this.#files.push(await readFile(file));
      } catch (error) {
        this.notice(wordsOf(error));
      }
    }
    this.#showFiles();
    this.#fit();
    this.focus();
  }

  #showFiles() {
    this.#list.hidden = this.#files.length === 0;
    this.#list.replaceChildren(
      ...this.#files.map((file) => {
        const item = fileItem(file);
        item.append(iconButton("close", t("removeFile", { name: file.name }), () => {
          this.#files = this.#files.filter((each) => each !== file);
          this.#showFiles();
          this.#fit();
          this.focus();
        }));
        return item;
      }),
    );
  }
}
