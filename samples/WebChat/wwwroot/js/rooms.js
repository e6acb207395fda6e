// The list of rooms: joined ones with what is unread, direct messages, and the others of the directory.
import { parseThread } from "/chat/threads.js";
import { nameOf } from "./attachments.js";
import { isDirect } from "./directory.js";
import { $, arrange, avatar, coalesce, h, icon, toast } from "./dom.js";
import { explain } from "./errors.js";
import { ask } from "./overlay.js";
import { shortOf } from "./time.js";

export class RoomList {
  #session;
  #entries = new Map();
  #headings = new Map();
  render = coalesce(() => this.#render());

  constructor(session) {
    this.#session = session;
    session.chat.inbox.on("change", this.render);
    session.directory.onChange(this.render);
    session.conversation.onChange = this.render;
    $("new-room").addEventListener("click", () => this.#create());
    $("new-direct").addEventListener("click", () => this.#direct());
    this.render();
  }

  #render() {
    const { chat, directory, conversation } = this.#session;
    const joined = chat.inbox.rooms.filter(({ isHidden }) => !isHidden);
    const ids = new Set(joined.map(({ room }) => room));
    const others = directory.rooms.filter(({ id, rules }) => !ids.has(id) && !rules?.isArchived).map(({ id }) => ({ room: id }));
    const current = conversation.id;
    if (current && !ids.has(current) && !others.some(({ room }) => room === current)) others.unshift({ room: current });

    const elements = [];
    this.#section(elements, "Rooms", joined.filter(({ room }) => !isDirect(room) && !parseThread(room)), "You have not joined a room yet.");
    this.#section(elements, "Direct messages", joined.filter(({ room }) => isDirect(room) && !parseThread(room)));
    this.#section(elements, "Threads", joined.filter(({ room }) => parseThread(room)));
    this.#section(elements, "Other rooms", others);
    arrange($("rooms"), elements);

    const unread = joined.filter(({ isMuted }) => !isMuted).reduce((sum, entry) => sum + this.#unread(entry), 0);
    document.title = `${unread ? `(${unread}) ` : ""}${current ? `${directory.name(current)} – ` : ""}RedisChat`;
  }

  #section(elements, title, rooms, nothing) {
    if (rooms.length === 0 && !nothing) return;
    elements.push(this.#heading(title));
    for (const room of rooms) elements.push(this.#entry(room));
    if (rooms.length === 0) elements.push(this.#heading(nothing, "p", "nothing muted small"));
  }

  #heading(text, tag = "h2", name = null) {
    if (!this.#headings.has(text)) this.#headings.set(text, h(tag, { class: name }, text));
    return this.#headings.get(text);
  }

  // What the user is looking at is not shown as unread for the moment until it is marked.
  #unread({ room, unread }) {
    return this.#session.conversation.isReading(room) ? 0 : unread?.count ?? 0;
  }

  #entry(inboxRoom) {
    const { chat, directory, conversation } = this.#session;
    const { room, lastMessage, lastActivity, isMuted, unread, unreadMentions } = inboxRoom;
    const thread = parseThread(room);
    const name = thread ? directory.name(thread.room) : directory.name(room);
    const count = this.#unread(inboxRoom);
    const preview = lastMessage ? `${lastMessage.user === chat.user ? "You: " : isDirect(room) ? "" : `${lastMessage.user}: `}${nameOf(lastMessage).slice(0, 100)}` : thread ? "A thread" : directory.topic(room);
    const mentions = count ? unreadMentions ?? 0 : 0;
    const isCurrent = thread ? thread.room === conversation.id && thread.messageId === this.#session.thread?.messageId : room === conversation.id;
    const at = lastMessage?.timestamp ?? lastActivity;
    const shown = JSON.stringify([name, count, unread?.hasMore, preview, at && shortOf(new Date(at)), isMuted, mentions, isCurrent]);

    let button = this.#entries.get(room);
    if (!button) {
      button = h("button", { class: "room-entry", type: "button", "data-testid": "room", "data-room": room, onclick: () => this.#session.open(room) });
      this.#entries.set(room, button);
    }
    if (button.dataset.shown === shown) return button;
    button.dataset.shown = shown;
    button.dataset.unread = count;
    button.dataset.mentions = mentions;
    if (isCurrent) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    const badge = `${count}${unread?.hasMore && count ? "+" : ""}`;
    button.replaceChildren(
      thread ? h("span", { class: "avatar room thread", "aria-hidden": "true" }, icon("thread")) : isDirect(room) ? avatar(name) : avatar(name, "room", room),
      h("span", { class: "middle" }, h("bdi", { class: "name", "data-testid": "room-entry-name" }, name), preview ? h("span", { class: "preview", dir: "auto" }, preview) : ""),
      h("span", { class: "end" },
        at ? h("span", {}, shortOf(new Date(at))) : "",
        mentions ? h("span", { class: "badge mentioned", "data-testid": "mention-badge" }, `@${mentions}`, h("span", { class: "visually-hidden" }, " unread mentions")) : "",
        count ? h("span", { class: isMuted ? "badge soft" : "badge" }, badge, h("span", { class: "visually-hidden" }, " unread")) : isMuted ? icon("bell-off") : ""));
    return button;
  }

  async #create() {
    const { chat, directory } = this.#session;
    let id;
    const answer = await ask({
      title: "Create a room",
      fields: [
        { name: "name", label: "Name", required: true, maxlength: 60 },
        { name: "topic", label: "Topic", maxlength: 200 },
        { name: "membersOnly", label: "Only for members, by invitation", type: "check" },
      ],
      confirm: "Create",
      submit: async ({ name, topic, membersOnly }) => {
        id = name.toLowerCase().normalize().replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "room";
        const created = await chat.request("POST", "rooms", { room: id, about: { name, topic }, ...(membersOnly && { rules: { everyone: "None" } }) });
        if (!created.isNew) throw new Error("There is a room with this name already.");
      },
    });
    if (!answer) return;
    directory.load().catch(() => {});
    this.#session.open(id);
  }

  async #direct() {
    const answer = await ask({ title: "New direct message", fields: [{ name: "user", label: "Name of the other person", required: true, maxlength: 64 }], confirm: "Open" });
    if (answer) await this.#session.openDirect(answer.user);
  }
}

/** Opens the room of the user and someone else. */
export async function openDirect(session, user) {
  try {
    const { room } = await session.chat.request("POST", "direct", { user });
    session.directory.setPartner(room, user);
    session.open(room);
  } catch (error) {
    toast(explain(error));
  }
}
