// The messages of a room or a thread: days, groups, the line above new messages, reading marks, and where messages were deleted.
import { $, arrange, h, icon } from "./dom.js";
import { MessageView } from "./message-view.js";
import { Scroll } from "./scroll.js";
import { dayKey, dayOf, fullOf } from "./time.js";
import { Tools } from "./tools.js";

const groupedWithin = 5 * 60_000;

export class MessageList {
  #place;
  #list;
  #views = new Map();
  #days = new Map();
  #stones = new Map();
  #line = h("li", { class: "new-line", "data-testid": "new-line" }, h("span", {}, "New messages"));
  #room;
  #me;
  #actions;
  #tools;

  /** The id after which messages are new; undefined if there is no line. */
  newAfter;

  /** @param actions what can be done with a message; @param place the elements: list, scroller, composer */
  constructor(actions, place = { list: $("messages"), scroller: $("scroller"), composer: $("composer") }) {
    this.#place = place;
    this.#list = place.list;
    this.#actions = { ...actions, resize: () => this.scroll.release() };
    this.#tools = new Tools(this.#list, this.#actions);
    this.scroll = new Scroll(place.scroller, this.#list);
    this.#list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Shows a room's messages from now on. */
  begin(room, me) {
    this.#room = room;
    this.#me = me;
    this.newAfter = undefined;
    this.clear();
  }

  clear() {
    this.#views.clear();
    this.#days.clear();
    this.#stones.clear();
    this.#tools.hide();
    this.#list.replaceChildren();
    this.scroll.toBottom();
  }

  /** @param readers user → message id; @param rights what the user may do; @param waiting why a message may take long; @param parentOf what a message replies to; @param pinOf the pin of an id; @param threadOf the thread of an id; @param previewsOf the link previews of a message; @param tombstones where messages were deleted */
  render({ readers, rights, waiting, parentOf = () => undefined, pinOf = () => undefined, threadOf = () => undefined, previewsOf, tombstones = [] }) {
    const { messages } = this.#room;
    const readersOf = this.#placeReaders(messages, readers);
    this.scroll.keep(() => {
      const elements = [];
      const views = new Map();
      let before;
      let day;
      let hasLine = false;
      const stones = [...tombstones];
      for (const message of messages) {
        while (stones[0]?.firstId < (message.id ?? Infinity)) {
          elements.push(this.#stone(stones.shift()));
          before = undefined;
        }
        const at = new Date(message.timestamp);
        // What a reply refers to stands between the author and the text.
        let isFirst = !before || message.replyTo !== undefined || before.user !== message.user || at - new Date(before.timestamp) > groupedWithin;
        if (dayKey(at) !== day) {
          day = dayKey(at);
          isFirst = true;
          elements.push(this.#day(at));
        }
        if (!hasLine && this.newAfter !== undefined && message.id > this.newAfter && message.user !== this.#me) {
          hasLine = isFirst = true;
          elements.push(this.#line);
        }
        const view = this.#views.get(message.key) ?? new MessageView(message, this.#actions);
        view.update(message, { isFirst, isOwn: message.user === this.#me, canReact: rights.has("React"), readers: readersOf.get(message.id) ?? [], waiting, parent: parentOf(message), pin: pinOf(message.id), thread: threadOf(message.id), previews: previewsOf(message), me: this.#me, canSeeVersions: message.user === this.#me || rights.has("DeleteAny") });
        views.set(message.key, view);
        elements.push(view.element);
        before = message;
      }
      for (const stone of stones) elements.push(this.#stone(stone));
      this.#views = views;
      this.#tools.update(rights, this.#me);
      arrange(this.#list, elements);
    });
    // One of the messages is in the tab order; the arrow keys reach the others.
    if (!this.#list.querySelector(".message[tabindex='0']")) this.#list.querySelector(".message:last-child")?.setAttribute("tabindex", "0");
  }

  /** Scrolls to the line above the new messages, or to the end if there is none. */
  showNew() {
    if (this.#line.isConnected) this.scroll.show(this.#line, 0.2);
    else this.scroll.toBottom();
  }

  /** Scrolls to a message and marks it for a moment. */
  showMessage(id, isFocused = false) {
    const element = this.#list.querySelector(`[data-id="${id}"]`);
    if (!element) return false;
    this.scroll.show(element, 0.35);
    if (isFocused) this.#focus(element);
    element.classList.add("target");
    setTimeout(() => element.classList.remove("target"), 2500);
    return true;
  }

  /** The id of the last message that can be seen, at least its beginning. */
  lastVisible() {
    const bottom = this.#place.scroller.getBoundingClientRect().bottom - 12;
    const elements = this.#list.querySelectorAll(".message[data-id]");
    for (let at = elements.length - 1; at >= 0; at--) {
      if (elements[at].getBoundingClientRect().top < bottom) return Number(elements[at].dataset.id);
    }
    return 0;
  }

  /** The last of the user's own messages that are stored. */
  lastOwn() {
    return this.#room.messages.findLast(({ id, user }) => id !== undefined && user === this.#me);
  }

  #day(at) {
    const key = dayKey(at);
    const text = dayOf(at);
    let element = this.#days.get(key);
    if (!element) this.#days.set(key, (element = h("li", { class: "day", "data-testid": "day" }, h("span"))));
    if (element.textContent !== text) element.firstChild.textContent = text;
    return element;
  }

  #stone({ firstId, lastId, deletedAt, user, reason }) {
    const count = lastId - firstId + 1;
    const at = deletedAt && new Date(deletedAt);
    const shown = `${firstId} ${count} ${deletedAt} ${user} ${reason}`;
    if (!this.#stones.has(shown)) {
      this.#stones.set(shown, h("li", { class: "tombstone", "data-testid": "tombstone", "data-first": firstId, title: at && fullOf(at) }, icon("trash"), h("span", {}, count === 1 ? "Message deleted" : `${count} messages deleted`,
        user && " by ", user && h("bdi", { class: "quote-author" }, user), reason && ": ", reason && h("span", { dir: "auto" }, reason))));
    }
    return this.#stones.get(shown);
  }

  // Each reader stands at the last shown message that he or she has read, unless it is the reader's own.
  #placeReaders(messages, readers) {
    const stored = messages.filter(({ id }) => id !== undefined);
    const placed = new Map();
    for (const [user, upTo] of readers) {
      if (user === this.#me) continue;
      const last = stored.findLast(({ id }) => id <= upTo);
      if (!last || last.user === user) continue;
      if (!placed.has(last.id)) placed.set(last.id, []);
      placed.get(last.id).push(user);
    }
    return placed;
  }

  #focus(element) {
    this.#list.querySelector(".message[tabindex='0']")?.setAttribute("tabindex", "-1");
    element.setAttribute("tabindex", "0");
    element.focus({ preventScroll: true });
  }

  #move(event) {
    const from = event.target.closest(".message");
    if (!from) return;
    const { composer } = this.#place;
    if (event.key === "Escape") {
      event.stopPropagation();
      return composer.focus();
    }
    if (event.target !== from) return;
    const messages = [...this.#list.querySelectorAll(".message")];
    const at = messages.indexOf(from);
    const to = { ArrowUp: messages[at - 1], ArrowDown: messages[at + 1] ?? composer, Home: messages[0], End: messages.at(-1) }[event.key];
    if (!to) return;
    event.preventDefault();
    if (to === composer) to.focus({ preventScroll: true });
    else this.#focus(to);
    to.scrollIntoView({ block: "nearest" });
  }
}
