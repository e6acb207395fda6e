// One message in the list. It is updated in place, so that focus, selection and scrolling stay.
import { nameOf, showAttachments } from "./attachments.js";
import { arrange, avatar, h, icon } from "./dom.js";
import { explain } from "./errors.js";
import { emojiName } from "./overlay.js";
import { showPreviews } from "./previews.js";
import { isLong, isMentioned, isOnlyEmoji, nodesOf, snippetOf } from "./text.js";
import { fullOf, narrowOf, shortOf, timeOf } from "./time.js";

export class MessageView {
  #actions;
  #side = h("div", { class: "side" });
  #head = h("div", { class: "head" });
  #pin = h("div", { class: "pin-note", hidden: true, "data-testid": "pin-note" });
  #quote = h("button", { class: "quote", type: "button", hidden: true, "data-testid": "quote", onclick: () => this.#actions.goTo(this.message.replyTo) });
  #text = h("div", { class: "text", dir: "auto", "data-testid": "text" });
  #more = h("button", { class: "link small", type: "button", hidden: true, "data-testid": "show-more", onclick: () => this.#toggle() });
  #files = h("div", { class: "files", hidden: true });
  #previews = h("div", { class: "previews", hidden: true });
  #failed = h("div", { class: "failed", hidden: true });
  #waiting = h("div", { class: "waiting", hidden: true, "data-testid": "waiting" });
  #timer;
  #reactions = h("div", { class: "reactions", hidden: true });
  #thread = h("button", { class: "thread-link", type: "button", hidden: true, "data-testid": "thread-link", onclick: () => this.#actions.thread(this.message) });
  #readers = h("div", { class: "readers", hidden: true, "data-testid": "readers" });
  #shown = {};
  #chips = new Map();
  #isExpanded = false;

  /** @param actions what buttons in the message do: author(user, anchor), react(message, emoji), retry(message), sendPlain(message), discard(message), who(message, emoji), goTo(id), thread(message), versions(message), resize() */
  constructor(message, actions) {
    this.#actions = actions;
    this.element = h("li", { class: "message", tabindex: "-1", "data-testid": "message" },
      this.#side, h("div", {}, this.#head, this.#pin, this.#quote, this.#text, this.#more, this.#files, this.#previews, this.#waiting, this.#failed, this.#reactions, this.#thread, this.#readers));
    this.element.view = this;
  }

  update(message, { isFirst, isOwn, canReact, readers, waiting, parent, pin, thread, previews, me, canSeeVersions }) {
    this.message = message;
    const { dataset, classList } = this.element;
    if (message.id !== undefined) dataset.id = message.id;
    // Another one than before if the store lost the room and gives its ids out again.
    dataset.user = message.user;
    dataset.pending = message.pending;
    dataset.own = isOwn;
    if (message.error) dataset.failed = message.error.reason ?? message.error.code;
    else delete dataset.failed;
    dataset.mentioned = !isOwn && isMentioned(message.mentions, me);
    if (message.writing) dataset.writing = message.writing;
    else delete dataset.writing;
    classList.toggle("first", isFirst);
    this.#on("head", `${isFirst} ${message.timestamp} ${message.user}`, () => this.#showHead(message, isFirst));
    this.#on("pin", pin && `${pin.by}`, () => this.#showPin(pin));
    this.#on("quote", message.replyTo && (parent?.message ?? (parent?.isDeleted ? "deleted" : "loading")), () => this.#showQuote(message.replyTo, parent));
    this.#on("text", `${message.version} ${message.editedAt ?? ""} ${message.writing} ${canSeeVersions} ${message.mentions} ${message.text}`, () => this.#showText(message, me, canSeeVersions));
    this.#on("files", JSON.stringify(message.attachments), () => {
      this.#files.replaceChildren(...showAttachments(message.attachments));
      this.#files.hidden = !message.attachments;
    });
    this.#on("previews", JSON.stringify(previews), () => {
      this.#previews.replaceChildren(...showPreviews(previews));
      this.#previews.hidden = !previews.length;
    });
    this.#on("waiting", message.pending && waiting, () => this.#showWaiting(message.pending, waiting));
    this.#on("failed", message.error, () => this.#showFailure(message));
    this.#on("reactions", `${canReact} ${JSON.stringify(message.reactions)}`, () => this.#showReactions(message.reactions, canReact));
    this.#on("thread", thread?.count && `${thread.count} ${thread.lastReplyAt} ${thread.participants}`, () => this.#showThread(thread));
    this.#on("readers", readers.join("\n"), () => this.#showReaders(readers));
  }

  #on(part, state, show) {
    if (this.#shown[part] === state && part in this.#shown) return;
    this.#shown[part] = state;
    show();
  }

  #showHead(message, isFirst) {
    const at = new Date(message.timestamp);
    const time = (text) => h("time", { datetime: message.timestamp, title: fullOf(at) }, text);
    this.#side.replaceChildren(isFirst ? avatar(message.user) : time(narrowOf(at)));
    this.#head.classList.toggle("visually-hidden", !isFirst);
    const author = h("button", { class: "author", type: "button", "aria-haspopup": "menu", tabindex: "-1", onclick: () => this.#actions.author(message.user, author) }, h("bdi", {}, message.user));
    this.#head.replaceChildren(author, time(timeOf(at)));
  }

  #showPin(pin) {
    this.#pin.hidden = !pin;
    if (pin) this.#pin.replaceChildren(icon("pin"), h("span", {}, pin.by ? "Pinned by " : "Pinned", pin.by && h("bdi", {}, pin.by)));
  }

  #showQuote(id, parent) {
    this.#quote.hidden = id === undefined;
    if (id === undefined) return;
    const { message, isDeleted } = parent ?? {};
    this.#quote.disabled = !message;
    this.#quote.dataset.parent = id;
    this.#quote.dataset.state = message ? "shown" : isDeleted ? "deleted" : "loading";
    this.#quote.title = message ? "Go to this message" : "";
    this.#quote.replaceChildren(icon("reply"), h("span", { class: "visually-hidden" }, "In reply to "),
      ...(message ? [h("bdi", { class: "quote-author" }, message.user), h("span", { class: "quote-text ellipsis", dir: "auto" }, snippetOf(nameOf(message)))] : [h("span", { class: "quote-text ellipsis" }, isDeleted ? "Deleted message" : "…")]));
  }

  #showText({ text, editedAt, mentions, writing }, me, canSeeVersions) {
    const isBig = isOnlyEmoji(text);
    const edited = { class: "edited", title: editedAt && fullOf(new Date(editedAt)), "data-testid": "edited" };
    this.#text.classList.toggle("emoji", isBig);
    this.#text.replaceChildren(...(isBig ? [text] : nodesOf(text, mentions, me)),
      ...(editedAt ? [" ", canSeeVersions && this.#actions.versions ? h("button", { ...edited, type: "button", "aria-haspopup": "dialog", onclick: () => this.#actions.versions(this.message) }, "(edited)") : h("span", edited, "(edited)")] : []),
      ...(writing === "InProgress" ? [h("span", { class: "caret", "data-testid": "writing" }, h("span", { class: "visually-hidden" }, " is still being written"))] : []),
      ...(writing === "Abandoned" ? [" ", h("span", { class: "edited", "data-testid": "abandoned" }, "(not finished)")] : []));
    this.#more.hidden = !isLong(text);
    this.#collapse();
  }

  #toggle() {
    this.#isExpanded = !this.#isExpanded;
    this.#actions.resize();
    this.#collapse();
  }

  #collapse() {
    const isCollapsed = !this.#more.hidden && !this.#isExpanded;
    this.#text.classList.toggle("collapsed", isCollapsed);
    this.#more.textContent = isCollapsed ? "Show more" : "Show less";
    this.#more.setAttribute("aria-expanded", String(!isCollapsed));
  }

  // Only after a while: most messages are stored before anyone could read this.
  #showWaiting(isPending, text) {
    clearTimeout(this.#timer);
    this.#waiting.hidden = true;
    if (!isPending) return;
    this.#timer = setTimeout(() => {
      this.#waiting.replaceChildren(text, h("button", { class: "link", type: "button", "data-testid": "discard-pending", onclick: () => this.#actions.discard(this.message) }, "Discard"));
      this.#waiting.hidden = false;
    }, 1500);
  }

  #showFailure(message) {
    this.#failed.hidden = !message.error;
    if (!message.error) return this.#failed.replaceChildren();
    this.#failed.replaceChildren(
      h("span", { dir: "auto" }, `Not sent. ${explain(message.error)}`),
      message.error.code === "parent-not-found"
        ? h("button", { class: "link", type: "button", "data-testid": "send-plain", onclick: () => this.#actions.sendPlain(this.message) }, "Send without the quote")
        : h("button", { class: "link", type: "button", "data-testid": "retry", onclick: () => this.#actions.retry(this.message) }, "Retry"),
      h("button", { class: "link", type: "button", "data-testid": "discard", onclick: () => this.#actions.discard(this.message) }, "Discard"));
  }

  #showReactions(reactions, canReact) {
    this.#reactions.hidden = reactions.length === 0;
    arrange(this.#reactions, reactions.map(({ emoji, count, own }) => {
      let chip = this.#chips.get(emoji);
      if (!chip) {
        const ask = () => this.#actions.who(this.message, emoji).then((text) => text && (chip.title = text), () => {});
        chip = h("button", { class: "reaction", type: "button", "data-testid": "reaction", "data-emoji": emoji, onclick: () => this.#actions.react(this.message, emoji), onpointerenter: ask, onfocus: ask }, h("span", {}, emoji), h("span"));
        this.#chips.set(emoji, chip);
      }
      chip.disabled = !canReact;
      chip.lastChild.textContent = count;
      chip.dataset.count = count;
      chip.setAttribute("aria-pressed", String(own > 0));
      chip.setAttribute("aria-label", `${emojiName(emoji)}: ${count}${own > 0 ? ", you too" : ""}`);
      return chip;
    }));
  }

  #showThread(thread) {
    this.#thread.hidden = !thread?.count;
    if (!thread?.count) return;
    const { count, participants, lastReplyAt } = thread;
    this.#thread.dataset.count = count;
    this.#thread.replaceChildren(...[...participants].slice(0, 3).map((user) => avatar(user, "tiny")), h("span", { class: "count" }, count === 1 ? "1 reply" : `${count} replies`),
      lastReplyAt && h("span", { class: "muted" }, `last ${shortOf(new Date(lastReplyAt))}`));
    this.#thread.title = `${participants.join(", ")}. Open the thread`;
  }

  #showReaders(readers) {
    this.#readers.hidden = readers.length === 0;
    const text = `Read by ${readers.join(", ")}`;
    this.#readers.title = text;
    this.#readers.replaceChildren(h("span", { class: "visually-hidden" }, text), ...readers.slice(0, 8).map((user) => {
      const element = avatar(user, "tiny");
      element.dataset.reader = user;
      return element;
    }), ...(readers.length > 8 ? [h("span", { class: "rest" }, `+${readers.length - 8}`)] : []));
  }
}
