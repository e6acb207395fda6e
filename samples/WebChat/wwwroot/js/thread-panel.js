// The thread of a message, beside the room; on a phone in place of it. It has messages and a composer of its own.
import { nameOf } from "./attachments.js";
import { keepUnsent } from "/chat/conversation.js";
import { mentionable } from "/chat/threads.js";
import { Composer } from "./composer.js";
import { roomPath } from "./directory.js";
import { $, announce, coalesce, h, setIcon, toast } from "./dom.js";
import { explain } from "./errors.js";
import { MessageList } from "./message-list.js";
import { ask, isSameEmoji } from "./overlay.js";
import { previews } from "./previews.js";
import { closedBecause, typingOf } from "./room-words.js";
import { snippetOf } from "./text.js";

export class ThreadPanel {
  #session;
  #conversation;
  #list;
  #composer;
  #offs = [];
  #announced = 0;
  #marked = 0;
  #isLoading = false;
  #shown;
  #previewsOf;
  /** What the thread was opened from, which gets the focus back. */
  #from;
  #render = coalesce(() => this.#show());

  /** The message whose thread is open; undefined if none is. */
  messageId;
  room;

  constructor(session) {
    this.#session = session;
    this.#conversation = session.conversation;
    this.#list = new MessageList({
      author: (user, anchor) => this.#conversation.people.menu(user, anchor),
      react: (message, emoji) => this.#try(() => message.reactions.some((reaction) => isSameEmoji(reaction.emoji, emoji) && reaction.own > 0) ? this.room.unreact(message.id, emoji) : this.room.react(message.id, emoji)),
      who: async (message, emoji) => (await session.chat.request("GET", roomPath(this.room.id, `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}?limit=20`))).users.join(", "),
      retry: (message) => this.room.retry(message).catch(() => {}),
      discard: (message) => this.room.discard(message),
      edit: (message) => this.#composer.edit(message),
      delete: (message) => this.#delete(message),
      copy: (text) => navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("The browser did not allow copying.")),
    }, { list: $("thread-messages"), scroller: $("thread-scroller"), composer: $("thread-composer") });
    this.#composer = new Composer(session.drafts, {
      send: (text, _, mentions, attachments) => this.#send(text, mentions, attachments),
      changed: () => this.#render(),
      edit: (message, text, words) => this.room.edit(message.id, text, { mentions: words }),
      typing: () => this.room?.typing(),
      lastOwn: () => this.#conversation.rights.has("ChangeOwn") ? this.#list.lastOwn() : undefined,
      names: (prefix) => mentionable(session.chat, this.#conversation.room, prefix),
      mayMentionAll: () => this.#conversation.rights.has("MentionEveryone"),
    }, $("thread-panel"), "thread-");
    this.#list.scroll.onMove = () => this.#moved();
    $("thread-close").addEventListener("click", () => this.leave());
    $("thread-follow").addEventListener("click", () => this.#follow());
    $("thread-panel").addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.leave());
    for (const event of ["visibilitychange", "focus"]) addEventListener(event, () => this.#moved());
    session.chat.inbox.on("change", this.#render);
  }

  /** Opens the thread of a message of the open room. */
  async open(messageId) {
    if (messageId === this.messageId) return;
    if (this.messageId === undefined) this.#from = document.activeElement;
    this.close();
    this.messageId = messageId;
    const { chat } = this.#session;
    const room = (this.room = this.#conversation.threads.room(messageId));
    keepUnsent(chat, room);
    this.#previewsOf = previews(room);
    this.#conversation.people.hide();
    $("thread-panel").hidden = false;
    $("chat").classList.add("with-thread");
    this.#list.begin(room, chat.user);
    this.#composer.begin(room.id);
    this.#isLoading = true;
    this.#show();
    const isOpened = await room.open().then(() => true, () => false);
    if (room !== this.room) return;
    this.#isLoading = false;
    this.#announced = room.messages.findLast(({ id }) => id !== undefined)?.id ?? 0;
    this.#marked = 0;
    this.#offs = [room.on("change", (change) => this.#changed(change))];
    this.#show();
    if (isOpened) this.#list.scroll.toBottom();
    if (!matchMedia("(hover: hover)").matches) $("thread-title").focus({ preventScroll: true });
  }

  /** Leaves the thread by the address, so that the browser's back button opens it again. */
  leave() {
    const { id } = this.#conversation;
    location.hash = `#/room/${encodeURIComponent(id)}`;
    const link = document.querySelector(`#messages [data-id="${this.messageId}"]`);
    (this.#from?.isConnected && this.#from !== document.body ? this.#from : link ?? $("composer")).focus({ preventScroll: true });
  }

  close() {
    if (!this.room) return;
    for (const off of this.#offs) off();
    this.#offs = [];
    this.#composer.end();
    this.room.close();
    this.room = this.messageId = this.#shown = undefined;
    this.#list.clear();
    $("thread-panel").hidden = true;
    $("chat").classList.remove("with-thread");
  }

  /** The room has changed: what the thread shows of it may have, too. */
  update() {
    if (this.room) this.#render();
  }

  async #try(action) {
    try {
      await action();
    } catch (error) {
      toast(explain(error));
    }
  }

  #changed({ kind, message }) {
    if (kind === "deleted") this.#composer.forget(message);
    if (kind === "created" && message?.id > this.#announced) {
      this.#announced = message.id;
      if (message.user !== this.#session.chat.user) announce(`${message.user} in the thread: ${message.text.slice(0, 200)}`);
    }
    this.#render();
  }

  #send(text, mentions, attachments) {
    const { room } = this;
    this.#list.scroll.toBottom();
    room.send(text, undefined, { ...(mentions.length && { mentions }), ...(attachments.length && { attachments }) }).catch((error) => {
      if (error.code !== "discarded" && room === this.room && error.retryAfter) this.#composer.warn(explain(error));
    });
  }

  async #delete(message) {
    const isOwn = message.user === this.#session.chat.user;
    await ask({
      title: "Delete this reply?",
      text: message.text.slice(0, 200),
      fields: isOwn ? [] : [{ name: "reason", label: "Reason (optional)", maxlength: 200 }],
      confirm: "Delete",
      danger: true,
      submit: ({ reason }) => this.room.delete(message.id, reason || undefined),
    });
  }

  #follow() {
    const { threads } = this.#conversation;
    const { messageId } = this;
    const isFollowed = threads.isFollowed(messageId);
    this.#try(async () => {
      await (isFollowed ? threads.unfollow(messageId) : threads.follow(messageId));
      announce(isFollowed ? "You no longer follow this thread." : "You follow this thread: new replies are among your rooms.");
    });
  }

  #moved() {
    const { room } = this;
    if (!room || this.#isLoading || room.error) return;
    if ($("thread-scroller").scrollTop < 400 && room.hasOlder) room.older().catch(() => {});
    const last = this.#list.lastVisible();
    if (last > this.#marked && !document.hidden && document.hasFocus() && this.#conversation.threads.isFollowed(this.messageId)) {
      this.#marked = last;
      room.markRead(last).catch(() => {});
    }
  }

  #show() {
    const { room, messageId } = this;
    if (!room) return;
    const { chat } = this.#session;
    const conversation = this.#conversation;
    const parent = conversation.room.messages.find(({ id }) => id === messageId) ?? conversation.replies.parentOf({ replyTo: messageId })?.message;
    const isGone = room.error?.code === "parent-not-found" || conversation.replies.parentOf({ replyTo: messageId })?.isDeleted;
    const summary = conversation.threads.of(messageId);
    const isFollowed = conversation.threads.isFollowed(messageId);
    const shown = `${parent?.version} ${parent?.text} ${isGone}`;
    if (this.#shown !== shown) {
      this.#shown = shown;
      $("thread-parent").replaceChildren(...(parent && !isGone ? [h("bdi", { class: "quote-author" }, parent.user), " ", h("span", { dir: "auto" }, snippetOf(nameOf(parent), 300))] : [isGone ? "This message was deleted." : "…"]));
    }
    $("thread-follow").hidden = !summary?.count && !isFollowed;
    $("thread-follow").setAttribute("aria-pressed", String(isFollowed));
    $("thread-follow").title = isFollowed ? "Stop following" : "Follow this thread";
    setIcon($("thread-follow"), isFollowed ? "bell" : "bell-off");
    this.#composer.allow(this.#isLoading ? "" : isGone ? "The thread is closed" : closedBecause({ ...pick(conversation), room }));
    this.#composer.showReply(() => undefined);
    $("thread-typing").textContent = typingOf(room.typingUsers);
    $("thread-loading").hidden = !this.#isLoading;
    if (this.#isLoading) return;
    this.#list.render({
      readers: new Map(),
      rights: conversation.rights,
      waiting: chat.state === "offline" ? "Waiting for the connection." : "Sending…",
      previewsOf: this.#previewsOf,
      tombstones: conversation.rights.has("DeleteAny") ? conversation.stonesOf(room) : [],
    });
  }
}

const pick = ({ rights, rules, member }) => ({ rights, rules, member });

