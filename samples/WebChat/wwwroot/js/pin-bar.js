// The pinned messages of the open room, above its history: the newest one, and a list of all.
import { pins } from "/chat/conversation.js";
import { nameOf } from "./attachments.js";
import { $, h } from "./dom.js";
import { menu } from "./overlay.js";
import { snippetOf } from "./text.js";

export class PinBar {
  #goTo;
  #pins;
  #off = () => {};
  #shown = "";

  /** @param goTo shows the message with an id */
  constructor(goTo) {
    this.#goTo = goTo;
    $("pin-newest").addEventListener("click", () => goTo(this.#pins.list[0].messageId));
    $("pin-all").addEventListener("click", () => menu($("pin-all"), this.#pins.list.map(({ messageId, message }) => ({
      text: message ? `${message.user}: ${snippetOf(nameOf(message), 80)}` : "A message that cannot be shown",
      testid: "pin-item",
      run: () => this.#goTo(messageId),
    }))));
  }

  /** Follows the pins of a room. Called before the room is opened. */
  begin(chat, room, changed) {
    this.end();
    this.#pins = pins(chat, room);
    this.#off = this.#pins.on("change", changed);
  }

  end() {
    this.#off();
    this.#off = () => {};
    this.#pins = undefined;
    this.show();
  }

  /** The pin of a message; undefined if it is not pinned. */
  of(id) {
    return id === undefined ? undefined : this.#pins?.list.find(({ messageId }) => messageId === id);
  }

  pin(id) {
    return this.#pins.pin(id);
  }

  unpin(id) {
    return this.#pins.unpin(id);
  }

  show(isHidden = false) {
    const list = isHidden ? [] : this.#pins?.list ?? [];
    const [newest] = list;
    const shown = newest ? `${list.length} ${newest.messageId} ${newest.message?.version}` : "";
    if (shown === this.#shown) return;
    this.#shown = shown;
    $("pin-bar").hidden = !newest;
    $("pin-all").hidden = list.length < 2;
    $("pin-bar").dataset.count = list.length;
    if (!newest) return;
    const { message } = newest;
    $("pin-newest").dataset.id = newest.messageId;
    $("pin-newest").title = "Go to this message";
    $("pin-text").replaceChildren(h("span", { class: "visually-hidden" }, "Pinned: "), ...(message ? [h("bdi", { class: "quote-author" }, message.user), " ", h("span", { dir: "auto" }, snippetOf(nameOf(message)))] : ["A pinned message"]));
    $("pin-all").textContent = `${list.length} pinned`;
  }
}
