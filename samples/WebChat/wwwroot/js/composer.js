// Where the user writes: Enter sends, Shift+Enter starts a new line, arrow up edits the last own message, Escape ends editing.
import { $, announce } from "./dom.js";
import { explain } from "./errors.js";
import { pickEmoji } from "./overlay.js";

const maxBytes = 16 * 1024;
const usualHint = "Enter sends, Shift+Enter starts a new line";
const encoder = new TextEncoder();

export class Composer {
  #input = $("composer");
  #send = $("send");
  #drafts = new Map();
  #actions;
  #id;
  #editing = null;
  #draftBefore = "";
  #closed = "";
  #warning = "";
  #note = "";

  /** @param actions send(text), edit(message, text), typing(), lastOwn() */
  constructor(actions) {
    this.#actions = actions;
    $("composer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("input", () => {
      if (this.#input.value && !this.#editing) this.#actions.typing();
      this.#warning = "";
      this.#update();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    $("cancel-edit").addEventListener("click", () => this.#endEdit());
    $("composer-emoji").addEventListener("click", () => pickEmoji($("composer-emoji"), (emoji) => this.#insert(emoji)));
  }

  /** Takes up a room, with what was written there and not sent. */
  begin(id) {
    this.end();
    this.#id = id;
    this.#input.value = this.#drafts.get(id) ?? "";
    this.#warning = this.#note = "";
    this.allow("");
    if (matchMedia("(hover: hover)").matches) this.focus();
  }

  end() {
    if (this.#editing) this.#endEdit();
    if (this.#id === undefined) return;
    if (this.#input.value.trim()) this.#drafts.set(this.#id, this.#input.value);
    else this.#drafts.delete(this.#id);
    this.#id = undefined;
    this.#input.value = "";
  }

  /** Why the user may not write; empty if the user may. */
  allow(reason, note = "") {
    this.#closed = reason;
    this.#note = note;
    this.#update();
  }

  focus() {
    this.#input.focus({ preventScroll: true });
  }

  /** Says below the field why something was refused. */
  warn(text) {
    this.#warning = text;
    this.#update();
    announce(text);
  }

  edit(message) {
    if (!this.#editing) this.#draftBefore = this.#input.value;
    this.#editing = message;
    this.#input.value = message.text;
    $("editing").hidden = false;
    this.#update();
    this.focus();
    this.#input.setSelectionRange(message.text.length, message.text.length);
    announce("Editing a message. Escape cancels.");
  }

  /** Ends editing if that message is gone. */
  forget(message) {
    if (this.#editing && this.#editing.key === message?.key) this.#endEdit();
  }

  #endEdit() {
    this.#editing = null;
    $("editing").hidden = true;
    this.#input.value = this.#draftBefore;
    this.#draftBefore = "";
    this.#update();
    this.focus();
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#editing) {
      event.preventDefault();
      this.#endEdit();
    } else if (event.key === "ArrowUp" && !this.#input.value && !this.#editing && !event.shiftKey) {
      const message = this.#actions.lastOwn();
      if (!message) return;
      event.preventDefault();
      this.edit(message);
    }
  }

  async #submit() {
    const text = this.#input.value.replace(/^\s*\n|\s+$/g, "");
    if (!text || this.#closed || this.#isTooLong()) return;
    const editing = this.#editing;
    if (editing) {
      if (text === editing.text) return this.#endEdit();
      try {
        await this.#actions.edit(editing, text);
        if (this.#editing === editing) this.#endEdit();
      } catch (error) {
        this.warn(explain(error));
      }
      return;
    }
    this.#input.value = "";
    this.#update();
    this.#actions.send(text);
  }

  #isTooLong() {
    const { value } = this.#input;
    return value.length > maxBytes / 3 && encoder.encode(value).length > maxBytes;
  }

  #insert(emoji) {
    this.#input.setRangeText(emoji, this.#input.selectionStart, this.#input.selectionEnd, "end");
    this.#update();
    this.focus();
  }

  #update() {
    const isClosed = this.#closed !== "";
    this.#input.disabled = isClosed;
    $("composer-emoji").disabled = isClosed;
    $("composer-form").classList.toggle("closed", isClosed);
    this.#input.placeholder = this.#closed || "Write a message";
    const isTooLong = this.#isTooLong();
    this.#send.disabled = isClosed || isTooLong || !this.#input.value.trim();
    this.#send.setAttribute("aria-label", this.#editing ? "Save" : "Send");
    const warning = isTooLong ? "This is too long for one message: at most 16 KiB." : this.#warning;
    const hint = $("composer-hint");
    hint.textContent = warning || (isClosed ? "" : this.#note || usualHint);
    hint.classList.toggle("warn", warning !== "");
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }
}
