// The open room: its header, its messages, what the user may do in it, and who is there.
import { keepUnsent, replies } from "/chat/conversation.js";
import { mentionable, threads, tombstones } from "/chat/threads.js";
import { Composer } from "./composer.js";
import { roomPath } from "./directory.js";
import { $, announce, coalesce, h, toast } from "./dom.js";
import { explain } from "./errors.js";
import { MessageList } from "./message-list.js";
import { ask, isSameEmoji } from "./overlay.js";
import { People } from "./people.js";
import { PinBar } from "./pin-bar.js";
import { previews } from "./previews.js";
import { Reading } from "./reading.js";
import { showRoomMenu } from "./room-menu.js";
import { bannerOf, closedBecause, showBeginning, slowModeOf, typingOf } from "./room-words.js";
import { SendLater } from "./send-later.js";
import { showVersions } from "./version-list.js";

const aroundWhenUnread = 40;
/** So many older pages are loaded to get to a message, before the room is opened around it instead. */
const mostPages = 4;

export class Conversation {
  #session;
  #off = () => {};
  #generation = 0;
  #list;
  #composer;
  #reading;
  #pinBar = new PinBar((message) => this.#goTo(message));
  #later;
  #announced = 0;
  #render = coalesce(() => this.#show());
  #isLoading = false;
  #stones = new WeakSet();
  #previewsOf;

  people;
  /** What replies refer to, and the threads of messages, in the open room. */
  replies;
  threads;
  /** The open room's id; undefined if none is open. */
  id;
  room;
  rights = new Set();
  rules;
  /** The user as the room knows him or her; undefined if it does not. */
  member;
  onChange = () => {};

  constructor(session) {
    this.#session = session;
    const { chat } = session;
    this.#list = new MessageList({
      author: (user, anchor) => this.people.menu(user, anchor),
      react: (message, emoji) => this.#try(() => message.reactions.some((reaction) => isSameEmoji(reaction.emoji, emoji) && reaction.own > 0) ? this.room.unreact(message.id, emoji) : this.room.react(message.id, emoji)),
      who: async (message, emoji) => (await chat.request("GET", roomPath(this.id, `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}?limit=20`))).users.join(", "),
      retry: (message) => this.room.retry(message).catch(() => {}),
      sendPlain: (message) => this.replies.sendPlain(message).catch(() => {}),
      discard: (message) => this.room.discard(message),
      reply: (message) => this.#composer.reply(message),
      goTo: (message) => this.#goTo(message),
      isPinned: ({ id }) => this.#pinBar.of(id) !== undefined,
      pin: ({ id }) => this.#try(() => this.#pinBar.pin(id).catch((error) => {
        throw error.code === "full" ? new Error("There are too many pinned messages. Unpin one first.") : error;
      })),
      unpin: ({ id }) => this.#try(() => this.#pinBar.unpin(id)),
      edit: (message) => this.#composer.edit(message),
      versions: (message) => showVersions(chat, this.room, message),
      thread: (message) => session.open(this.id, message.id, true),
      delete: (message) => this.#delete(message),
      copy: (text) => navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast("The browser did not allow copying.")),
      copyLink: (message) => navigator.clipboard.writeText(new URL(`#/room/${encodeURIComponent(this.id)}/${message.id}`, location.href)).then(() => toast("Link copied"), () => toast("The browser did not allow copying.")),
      markUnread: (message) => this.#try(async () => {
        await chat.request("POST", roomPath(this.id, "/unread"), { messageId: message.id });
        this.#reading.pause(message.id);
        this.#list.newAfter = message.id - 1;
        this.#render();
      }),
    });
    this.#composer = new Composer(session.drafts, {
      send: (...message) => this.#send(...message),
      changed: () => this.#render(),
      edit: (message, text, mentions) => this.room.edit(message.id, text, { mentions }),
      typing: () => this.room?.typing(),
      lastOwn: () => this.rights.has("ChangeOwn") ? this.#list.lastOwn() : undefined,
      names: (prefix) => mentionable(chat, this.room, prefix),
      mayMentionAll: () => this.rights.has("MentionEveryone"),
    }, $("conversation"));
    this.#later = new SendLater(this.#composer);
    this.#reading = new Reading(session, this.#list, this.#render);
    this.people = new People(session, this);
    this.#list.scroll.onMove = () => this.#moved();
    $("jump").addEventListener("click", () => this.#jump());
    $("back").addEventListener("click", () => (location.hash = ""));
    $("join").addEventListener("click", () => this.join());
    $("room-menu").addEventListener("click", () => showRoomMenu(session, this, $("room-menu")));
    chat.inbox.on("change", this.#render);
    chat.on("state", (state) => {
      if (state === "online" && this.room) this.#reading.load(this.room);
      this.#render();
    });
    session.directory.onChange(this.#render);
  }

  /** The inbox's entry of the room, if the user has joined it. */
  get entry() {
    return this.#session.chat.inbox.rooms.find(({ room }) => room === this.id);
  }

  get isJoined() {
    return this.entry !== undefined || this.member?.role !== undefined;
  }

  /** Whether the user sees the room's newest messages right now. */
  isReading(id) {
    return id === this.id && this.#reading.isAttentive && this.#list.scroll.isAtBottom && !this.room?.hasNewer && !this.#reading.isPaused;
  }

  async open(id, message) {
    if (id === this.id && message && this.#list.showMessage(message, true)) return;
    this.close();
    const { chat, directory } = this.#session;
    const generation = ++this.#generation;
    const isOver = () => generation !== this.#generation;
    this.id = id;
    this.room = chat.room(id);
    this.rights = new Set();
    this.rules = this.member = undefined;
    // Before it is opened, so that parents come with its messages.
    this.replies = replies(chat, this.room);
    keepUnsent(chat, this.room);
    this.#pinBar.begin(chat, this.room, this.#render);
    this.threads = threads(chat, this.room);
    this.#previewsOf = previews(this.room);
    this.#later.begin(chat, this.room);
    const offs = [this.replies.on("change", this.#render), this.threads.on("change", this.#render)];
    this.#off = () => offs.forEach((off) => off());
    $("no-room").hidden = true;
    $("conversation").hidden = false;
    this.#list.begin(this.room, chat.user);
    this.#composer.begin(id);
    this.#isLoading = true;
    this.#show();
    this.onChange();

    const entry = this.entry;
    const around = message ?? (entry?.unread.count >= aroundWhenUnread && entry.readUpTo > 0 ? entry.readUpTo : undefined);
    const [opened] = await Promise.allSettled([this.room.open({ presence: true, around }), this.#reading.load(this.room), this.loadRights(), directory.refresh(id)]);
    if (isOver()) return;
    this.#isLoading = false;
    if (opened.status === "rejected") return this.#show();

    const unreadFrom = entry?.readUpTo ?? this.#reading.ownMarker;
    const hasUnread = unreadFrom !== undefined && this.room.messages.some(({ id: found, user }) => found > unreadFrom && user !== chat.user);
    this.#list.newAfter = hasUnread && unreadFrom > 0 ? unreadFrom : undefined;
    this.#announced = this.room.messages.findLast(({ id: found }) => found !== undefined)?.id ?? 0;
    offs.push(this.room.on("change", (change) => this.#changed(change)));
    this.#later.load();
    this.#show();
    const isThere = message && this.#list.showMessage(message, true);
    if (!message) this.#list.showNew();
    this.#reading.begin(this.room);
    this.#moved();
    if (!isThere && !matchMedia("(hover: hover)").matches) $("room-name").focus({ preventScroll: true });
    if (this.#session.chat.inbox.rooms.length === 0 && id === "lobby" && this.rights.has("Join")) this.join();
  }

  close() {
    if (!this.room) return;
    this.#generation++;
    this.#off();
    this.#off = () => {};
    this.#reading.end();
    this.#later.end();
    this.#session.thread?.close();
    this.#composer.end();
    this.#pinBar.end();
    this.people.clear();
    this.room.close();
    this.room = this.id = undefined;
    this.#list.clear();
    $("conversation").hidden = true;
    $("no-room").hidden = false;
    this.onChange();
  }

  /** Reads what the user may do, the rules, and whether the user is a member: a hidden room is not in the inbox. */
  async loadRights() {
    const { id } = this;
    const { request } = this.#session.chat;
    const get = (path) => request.call(this.#session.chat, "GET", roomPath(id, path));
    const [rights, rules, member] = await Promise.allSettled([get("/rights"), get("/rules"), get(`/members/${encodeURIComponent(this.#session.chat.user)}`)]);
    if (id !== this.id) return;
    this.rights = new Set(rights.value?.rights ?? []);
    this.rules = rules.value ?? this.rules;
    this.member = member.value;
    this.#render();
    this.people.update();
  }

  join = () => this.#try(async () => {
    const { id } = this;
    await this.#session.chat.request("POST", roomPath(id, "/join"));
    if (id !== this.id) return;
    announce("You have joined the room.");
    if (this.room.error || !this.room.messages.length) await this.reopen();
    else await this.loadRights();
  });

  reopen() {
    const { id } = this;
    this.close();
    return this.open(id);
  }

  async #try(action) {
    try {
      await action();
    } catch (error) {
      toast(explain(error));
    }
  }

  #changed({ kind, message, reset }) {
    if (/^(member|rules)Changed$/.test(kind) || reset) this.#reloadRights();
    if (kind === "aboutChanged" && this.room.about) this.#session.directory.setAbout(this.id, this.room.about);
    if (kind === "pinned") announce("A message was pinned.");
    if (kind === "deleted") this.#composer.forget(message);
    if (reset) this.#reading.load(this.room);
    if (kind === "created" && message && message.id > this.#announced) {
      this.#announced = message.id;
      if (message.user !== this.#session.chat.user) {
        announce(`${message.user}: ${message.text.slice(0, 200)}`);
        this.#reading.arrived(message);
      }
    }
    if (["entered", "left", "present", "memberChanged"].includes(kind)) this.people.update();
    this.#render();
  }

  #reloadRights = coalesce(() => this.loadRights());

  /** Where messages were deleted, for those who may delete any. */
  stonesOf(room) {
    if (!this.rights.has("DeleteAny")) return [];
    const found = tombstones(this.#session.chat, room);
    if (!this.#stones.has(room)) {
      this.#stones.add(room);
      found.on("change", () => (this.#render(), this.#session.thread?.update()));
    }
    return found.list;
  }

  #send(text, replyTo, mentions, attachments = []) {
    const { room } = this;
    this.#list.newAfter = undefined;
    this.#list.scroll.toBottom();
    room.send(text, undefined, { ...(replyTo && { replyTo }), ...(mentions.length && { mentions }), ...(attachments.length && { attachments }) }).catch((error) => {
      if (error.code !== "discarded" && room === this.room && error.retryAfter) this.#composer.warn(explain(error));
    });
    this.#list.scroll.toBottom();
  }

  async #delete(message) {
    const isOwn = message.user === this.#session.chat.user;
    await ask({
      title: "Delete this message?",
      text: message.text.slice(0, 200),
      fields: isOwn ? [] : [{ name: "reason", label: "Reason (optional)", maxlength: 200 }],
      confirm: "Delete",
      danger: true,
      submit: ({ reason }) => this.room.delete(message.id, reason || undefined),
    });
  }

  /** Shows a message of the room: loads some older pages if need be, and opens the room around it if it is further away. */
  #goTo(message) {
    return this.#try(async () => {
      const { room } = this;
      for (let pages = 0; room === this.room; pages++) {
        if (this.#list.showMessage(message, true)) return;
        if (pages === mostPages || !room.hasOlder || !(message < room.messages[0]?.id)) break;
        await room.older();
        if (room === this.room) this.#show();
      }
      if (room === this.room) this.#session.open(this.id, message);
    });
  }

  #jump() {
    this.#try(async () => {
      if (this.room.hasNewer) await this.#toNewest();
      this.#list.scroll.toBottom();
      this.#moved();
      this.#composer.focus();
    });
  }

  async #toNewest() {
    await this.room.open({ presence: true });
    this.#show();
  }

  #moved() {
    if (!this.room || this.#isLoading || this.room.error) return;
    const { scrollTop, scrollHeight, clientHeight } = $("scroller");
    if (scrollTop < 700 && this.room.hasOlder) this.#page("older");
    if (scrollHeight - scrollTop - clientHeight < 700 && this.room.hasNewer) this.#page("newer");
    this.#reading.moved();
    this.#showJump();
  }

  #page(direction) {
    // The room loads one page at a time; the next one is asked for when this one is shown, because that moves the list.
    this.room[direction]().catch(() => {});
  }

  #showJump() {
    const { scrollTop, scrollHeight, clientHeight } = $("scroller");
    const isFar = scrollHeight - scrollTop - clientHeight > 240 || this.room.hasNewer;
    const count = isFar ? this.#reading.countNew() : 0;
    $("jump").hidden = !isFar;
    $("jump").classList.toggle("news", count > 0);
    $("jump-text").textContent = count ? `${count} new ${count === 1 ? "message" : "messages"}` : "Newest messages";
  }

  #show() {
    const { room } = this;
    if (!room) return;
    const { chat, directory } = this.#session;
    const name = directory.name(this.id);
    const topic = directory.topic(this.id);
    $("room-name").replaceChildren(h("bdi", {}, name));
    $("room-topic").textContent = topic;
    $("room-topic").title = topic;
    $("present-count").textContent = room.present.length;
    $("join").hidden = this.isJoined || (!this.rights.has("Join") && !room.error) || ["roomDeleted", "banned"].includes(room.error?.reason);
    $("people-toggle").hidden = $("room-menu").hidden = room.error !== undefined;

    const offline = chat.state === "offline" && "You are offline. What you write is sent when the connection is back.";
    const banner = bannerOf(this, chat.state);
    $("room-banner").hidden = !banner;
    $("room-banner").textContent = banner;

    this.#composer.allow(this.#isLoading ? "" : closedBecause(this), slowModeOf(this));
    $("typing").textContent = typingOf(room.typingUsers);
    this.#pinBar.show(this.#isLoading || room.error !== undefined);
    if (this.#isLoading) {
      this.#composer.showReply(() => undefined);
      $("older").hidden = false;
      return;
    }

    this.#list.scroll.keep(() => {
      $("older").hidden = !room.hasOlder;
      $("newer").hidden = !room.hasNewer;
      $("beginning").hidden = room.hasOlder || room.error !== undefined;
      if (!$("beginning").hidden) showBeginning(this.id, name, topic);
      this.#list.render({
        readers: this.#reading.readers(room),
        rights: this.rights,
        waiting: chat.state === "offline" ? "Waiting for the connection." : slowModeOf(this) ? "Slow mode: sent as soon as it is allowed." : "Sending…",
        parentOf: this.replies.parentOf,
        pinOf: (id) => this.#pinBar.of(id),
        threadOf: this.threads.of,
        previewsOf: this.#previewsOf,
        tombstones: this.stonesOf(room),
      });
    });
    this.#composer.showReply(this.replies.parentOf);
    this.#showJump();
    this.#session.thread?.update();
    this.onChange();
  }
}
