// The buttons of the message under the pointer or with the focus. There is one set of them, which moves.
import { h, icon } from "./dom.js";
import { emojiName, menu, pickEmoji, quickEmojis } from "./overlay.js";

export class Tools {
  #list;
  #actions;
  #rights = new Set();
  #me;
  #shown = "";
  #element = h("div", { class: "tools", role: "group", "aria-label": "Actions", "data-testid": "tools" });

  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
    // With a finger, a tap shows it: there is no hovering, and browsers make up pointer events where a tap has scrolled or changed the page.
    const canHover = matchMedia("(hover: hover)");
    list.addEventListener("pointerover", (event) => canHover.matches && this.#show(event.target));
    list.addEventListener("click", (event) => this.#show(event.target));
    list.addEventListener("focusin", (event) => this.#show(event.target));
    list.addEventListener("pointerleave", () => this.#list.contains(document.activeElement) || this.#isBusy() || this.hide());
  }

  hide() {
    this.#element.remove();
  }

  update(rights, me) {
    this.#rights = rights;
    this.#me = me;
    if (this.#element.isConnected) this.#fill(this.#element.parentNode.view.message);
  }

  // While its menu or picker is open, the set stays where it is.
  #isBusy() {
    return this.#element.querySelector("[aria-expanded='true']") !== null;
  }

  #show(target) {
    const element = target.closest(".message");
    if (!element || this.#isBusy() || this.#element.parentNode === element) return;
    this.#fill(element.view.message);
    element.append(this.#element);

    // Above the message, but never above what can be seen.
    const hiddenAbove = this.#list.parentElement.getBoundingClientRect().top - element.getBoundingClientRect().top;
    this.#element.style.top = hiddenAbove > -20 ? `${hiddenAbove + 4}px` : "";
  }

  #fill(message) {
    const isStored = message.id !== undefined && !message.pending;
    const canReact = isStored && this.#rights.has("React");
    const canReply = isStored && this.#rights.has("Send") && this.#actions.reply;
    const canOpen = isStored && this.#actions.thread;
    const shown = `${message.key} ${isStored} ${message.user === this.#me} ${[...this.#rights]}`;
    if (shown === this.#shown || this.#isBusy()) return;
    this.#shown = shown;
    const button = (properties, content, run) => {
      const made = h("button", { type: "button", title: properties["aria-label"], ...properties, onclick: () => run(this.#element.parentNode.view.message, made) }, content);
      return made;
    };
    this.#element.replaceChildren(...(canReact ? [
      ...quickEmojis.map((emoji) => button({ "aria-label": `React: ${emojiName(emoji)}`, "data-testid": "quick-react", "data-emoji": emoji }, emoji, (current) => this.#actions.react(current, emoji))),
      button({ "aria-label": "Add a reaction", "data-testid": "add-reaction", "aria-haspopup": "dialog" }, icon("smile"), (current, anchor) => pickEmoji(anchor, (emoji) => this.#actions.react(current, emoji))),
    ] : []), ...(canReply ? [button({ "aria-label": "Reply", "data-testid": "reply" }, icon("reply"), (current) => this.#actions.reply(current))] : []),
    ...(canOpen ? [button({ "aria-label": "Thread", "data-testid": "thread" }, icon("thread"), (current) => this.#actions.thread(current))] : []),
    ...(isStored ? [button({ "aria-label": "More actions", "data-testid": "more", "aria-haspopup": "menu" }, icon("more"), (current, anchor) => menu(anchor, this.#items(current)))] : []));
    this.#element.hidden = !isStored;
  }

  #items(message) {
    const isOwn = message.user === this.#me;
    const canChange = isOwn && this.#rights.has("ChangeOwn");
    const items = [];
    if (canChange) items.push({ text: "Edit", testid: "edit", run: () => this.#actions.edit(message) });
    items.push({ text: "Copy text", testid: "copy-text", run: () => this.#actions.copy(message.text) });
    if (this.#actions.copyLink) items.push({ text: "Copy link", testid: "copy-link", run: () => this.#actions.copyLink(message) });
    if (this.#rights.has("Pin") && this.#actions.pin) {
      items.push(this.#actions.isPinned(message)
        ? { text: "Unpin", testid: "unpin", run: () => this.#actions.unpin(message) }
        : { text: "Pin", testid: "pin", run: () => this.#actions.pin(message) });
    }
    if (!isOwn && this.#actions.markUnread) items.push({ text: "Mark unread from here", testid: "mark-unread", run: () => this.#actions.markUnread(message) });
    if (canChange || this.#rights.has("DeleteAny")) items.push("-", { text: "Delete", testid: "delete", danger: true, run: () => this.#actions.delete(message) });
    return items;
  }
}
