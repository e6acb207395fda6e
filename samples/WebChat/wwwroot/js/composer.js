// Where the user writes: Enter sends, Shift+Enter starts a new line, arrow up edits the last own message, Escape ends editing or the reply.
import { nameOf, Uploads } from "./attachments.js";
import { $, announce, h } from "./dom.js";
import { explain } from "./errors.js";
import { MentionBox } from "./mention-box.js";
import { pickEmoji } from "./overlay.js";
import { snippetOf } from "./text.js";

const maxBytes = 16 * 1024;
const usualHint = "Enter sends, Shift+Enter starts a new line";
const encoder = new TextEncoder();

export class Composer {
  #of;
  #uploads;
  #input;
  #placeholder;
  #send;
  #box;
  #drafts;
  /** What was written in rooms since the page was loaded: shown at once, until the stored draft is there. */
  #known = new Map();
  #actions;
  #id;
  #editing = null;
  /** The id of the message that the user replies to. */
  #replyTo;
  #isLoading = false;
  #draftBefore = "";
  #closed = "";
  #warning = "";
  #note = "";

  /**
   * @param actions send(text, replyTo, mentions, attachments), edit(message, text, mentions), typing(), lastOwn(), changed(), names(prefix): whom a message can mention, mayMentionAll()
   * @param area where files can be dropped
   * @param prefix what the ids of its elements begin with
   */
  constructor(drafts, actions, area, prefix = "") {
    this.#of = (id) => $(prefix + id);
    this.#uploads = new Uploads(this.#of, area);
    this.#input = this.#of("composer");
    this.#placeholder = this.#input.placeholder;
    this.#send = this.#of("send");
    this.#drafts = drafts;
    this.#actions = actions;
    this.#box = new MentionBox(this.#input, this.#of("mention-box"), actions.names);
    drafts.on("change", ({ room, now }) => this.#changed(room, now));
    this.#of("composer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("input", () => {
      if (this.#input.value && !this.#editing) this.#actions.typing();
      this.#warning = "";
      this.#save();
      this.#update();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#of("cancel-edit").addEventListener("click", () => this.#endEdit());
    this.#of("cancel-reply").addEventListener("click", () => this.#endReply());
    this.#of("composer-emoji").addEventListener("click", () => pickEmoji(this.#of("composer-emoji"), (emoji) => this.#insert(emoji)));
  }

  /** Takes up a room, with what was written there and not sent, on this device or another. */
  begin(id) {
    this.end();
    this.#id = id;
    this.#uploads.begin(id, () => this.#update());
    this.#box.begin();
    this.#take(this.#known.get(id));
    this.#warning = this.#note = "";
    this.allow("");
    if (matchMedia("(hover: hover)").matches) this.focus();
    this.#load(id);
  }

  end() {
    this.#box.close();
    if (this.#editing) this.#endEdit();
    if (this.#id === undefined) return;
    this.#known.set(this.#id, this.#draft());
    this.#id = undefined;
    this.#take();
  }

  async #load(id) {
    const before = JSON.stringify(this.#draft());
    this.#isLoading = true;
    const draft = await this.#drafts.load(id).catch(() => undefined);
    if (id !== this.#id) return;
    this.#isLoading = false;
    // Unless the user has been faster.
    if (draft && !this.#editing && JSON.stringify(this.#draft()) === before) this.#take(draft);
  }

  /** A draft was saved on another device, or its message was sent there. */
  #changed(id, draft) {
    this.#known.set(id, draft);
    if (id !== this.#id) return;
    if (this.#editing) this.#draftBefore = draft?.text ?? "";
    else this.#take(draft);
  }

  #take({ text = "", metadata = {} } = {}) {
    this.#input.value = text;
    this.#replyTo = Number(metadata.replyTo) || undefined;
    this.#actions.changed();
    this.#update();
  }

  #draft() {
    return { text: this.#editing ? this.#draftBefore : this.#input.value, metadata: this.#replyTo ? { replyTo: String(this.#replyTo) } : {} };
  }

  #save() {
    if (this.#editing || this.#id === undefined || this.#isTooLong()) return;
    const { text, metadata } = this.#draft();
    // Nothing that was stored is discarded before it could be seen.
    if (this.#isLoading && !text.trim()) return;
    this.#drafts.save(this.#id, text, metadata);
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

  reply(message) {
    if (this.#editing) this.#endEdit();
    this.#replyTo = message.id;
    this.#warning = "";
    this.#actions.changed();
    this.#save();
    this.focus();
    announce(`Replying to ${message.user}. Escape cancels.`);
  }

  /** Says above the field what the user replies to, and ends the reply if that was deleted. */
  showReply(parentOf) {
    const parent = this.#replyTo && parentOf({ replyTo: this.#replyTo });
    if (parent?.isDeleted) {
      this.#endReply(false);
      this.warn("The message that you were replying to was deleted.");
    }
    const isShown = this.#replyTo !== undefined && !this.#editing;
    const shown = isShown ? `${this.#replyTo} ${parent?.message?.version}` : "";
    if (this.#of("replying").dataset.shown === shown) return;
    this.#of("replying").dataset.shown = shown;
    this.#of("replying").hidden = !isShown;
    const { user } = parent?.message ?? {};
    this.#of("replying-text").replaceChildren(...(user ? ["Replying to ", h("bdi", { class: "quote-author" }, user), " ", h("span", {}, snippetOf(nameOf(parent.message)))] : ["Replying to a message"]));
  }

  edit(message) {
    if (!this.#editing) this.#draftBefore = this.#input.value;
    this.#editing = message;
    this.#input.value = message.text;
    this.#of("editing").hidden = false;
    this.#actions.changed();
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
    this.#of("editing").hidden = true;
    this.#input.value = this.#draftBefore;
    this.#draftBefore = "";
    this.#actions.changed();
    this.#update();
    this.focus();
  }

  #endReply(focus = true) {
    this.#replyTo = undefined;
    this.#actions.changed();
    this.#save();
    if (focus) this.focus();
  }

  #key(event) {
    if (event.isComposing || this.#box.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && (this.#editing || this.#replyTo)) {
      event.preventDefault();
      event.stopPropagation();
      if (this.#editing) this.#endEdit();
      else this.#endReply();
    } else if (event.key === "ArrowUp" && !this.#input.value && !this.#editing && !event.shiftKey) {
      const message = this.#actions.lastOwn();
      if (!message) return;
      event.preventDefault();
      this.edit(message);
    }
  }

  async #submit() {
    const text = this.#input.value.replace(/^\s*\n|\s+$/g, "");
    const editing = this.#editing;
    if (this.#closed || this.#isTooLong() || (editing ? !text : this.#hasNothing(text))) return;
    if (editing) {
      if (text === editing.text) return this.#endEdit();
      try {
        await this.#actions.edit(editing, text, [...this.#mentionsIn(text), ...(editing.mentions ?? []).filter((word) => word[0] === "&")]);
        if (this.#editing === editing) this.#endEdit();
      } catch (error) {
        this.warn(explain(error));
      }
      return;
    }
    const replyTo = this.#replyTo;
    this.#take();
    this.#drafts.discard(this.#id);
    this.#actions.send(text, replyTo, this.#mentionsIn(text), this.#uploads.take());
  }

  /** What is written, to be sent later; undefined if it cannot be sent. */
  get content() {
    const text = this.#input.value.trim();
    return !text || this.#closed || this.#isTooLong() || this.#editing ? undefined : { text, replyTo: this.#replyTo, mentions: this.#mentionsIn(text) };
  }

  /** Whether files are to be sent with the message. */
  get hasFiles() {
    return this.#uploads.hasAny;
  }

  /** Empties the field: what was written is scheduled. */
  clear() {
    this.#take();
    this.#drafts.discard(this.#id);
    this.focus();
  }

  // Where the user may not mention everyone, it is only a word.
  #mentionsIn(text) {
    return this.#box.wordsOf(text).filter((word) => word !== "*" || this.#actions.mayMentionAll());
  }

  #hasNothing = (text) => this.#uploads.isBusy || (!text && !this.#uploads.hasAny);

  #isTooLong() {
    const { value } = this.#input;
    return value.length > maxBytes / 3 && encoder.encode(value).length > maxBytes;
  }

  #insert(emoji) {
    this.#input.setRangeText(emoji, this.#input.selectionStart, this.#input.selectionEnd, "end");
    this.#save();
    this.#update();
    this.focus();
  }

  #update() {
    this.#box.look(this.#editing?.mentions);
    const isClosed = this.#closed !== "";
    this.#input.disabled = isClosed;
    this.#of("composer-emoji").disabled = isClosed;
    this.#of("composer-form").classList.toggle("closed", isClosed);
    this.#input.placeholder = this.#closed || this.#placeholder;
    const isTooLong = this.#isTooLong();
    this.#send.disabled = isClosed || isTooLong || (this.#editing ? !this.#input.value.trim() : this.#hasNothing(this.#input.value.trim()));
    this.#of("composer-attach").disabled = isClosed || this.#editing !== null;
    this.#send.setAttribute("aria-label", this.#editing ? "Save" : "Send");
    const warning = isTooLong ? "This is too long for one message: at most 16 KiB." : this.#warning;
    const hint = this.#of("composer-hint");
    hint.textContent = warning || (isClosed ? "" : this.#note || usualHint);
    hint.classList.toggle("warn", warning !== "");
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
  }
}
