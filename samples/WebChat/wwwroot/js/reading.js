// How far the user has read, how far the others have, and where the line above new messages stands.
import { roomPath } from "./directory.js";

const markInterval = 300;

export class Reading {
  #session;
  #list;
  #render;
  #room;
  #listed = new Map();
  #reported = new Map();
  #marked = 0;
  #leftAt = 0;
  #timer;
  #pausedAt = 0;

  constructor(session, list, render) {
    this.#session = session;
    this.#list = list;
    this.#render = render;
    for (const event of ["visibilitychange", "focus"]) addEventListener(event, () => this.moved());
  }

  /** Whether the user is looking at this page. */
  get isAttentive() {
    return !document.hidden && document.hasFocus();
  }

  /** Whether the user has marked messages as unread and they stay so until the room is opened again. */
  get isPaused() {
    return this.#pausedAt > 0;
  }

  /** The user's own mark, in a room that the user has not joined. */
  get ownMarker() {
    return this.#listed.get(this.#session.chat.user);
  }

  /** Reads all marks: events report only what changes. */
  async load(room) {
    try {
      const listed = new Map();
      let cursor = "";
      do {
        const page = await this.#session.chat.request("GET", roomPath(room.id, `/read-markers?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`));
        for (const { user, messageId } of page.markers) listed.set(user, messageId);
        cursor = page.cursor;
      } while (cursor && listed.size < 1000);
      this.#listed = listed;
      this.#reported = new Map(room.readers);
      this.#render();
    } catch {
      // Not every room has marks that can be read, and it works without.
    }
  }

  begin(room) {
    this.#room = room;
    this.#marked = 0;
    this.#pausedAt = 0;
    this.#leftAt = this.#lastId();
    this.moved();
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#room = undefined;
    this.#listed = new Map();
    this.#reported = new Map();
    this.#pausedAt = 0;
  }

  pause(id) {
    this.#pausedAt = id;
    this.#marked = id - 1;
  }

  /** User → message id: what was listed, and what events have reported since. */
  readers(room) {
    const readers = new Map(this.#listed);
    for (const [user, id] of room.readers) if (this.#reported.get(user) !== id || !readers.has(user)) readers.set(user, id);
    return readers;
  }

  /** Someone else's message has come. */
  arrived(message) {
    if (this.isAttentive || this.#list.newAfter !== undefined && this.#list.newAfter >= this.#marked) return;
    this.#list.newAfter = message.id - 1;
  }

  /** How many messages of others have come since the user was last at the end. */
  countNew() {
    return this.#room ? this.#room.messages.filter(({ id, user }) => id > this.#leftAt && user !== this.#session.chat.user).length : 0;
  }

  /** The user or the content has moved: what can be seen is marked as read, a moment later. */
  moved() {
    if (!this.#room) return;
    if (this.isAttentive && this.#list.scroll.isAtBottom && !this.#room.hasNewer) this.#leftAt = this.#lastId();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#mark();
    }, markInterval);
  }

  #mark() {
    if (!this.#room || this.#room.error || !this.isAttentive || this.isPaused) return;
    const id = this.#list.lastVisible();
    if (id <= this.#marked) return;
    this.#marked = id;
    this.#room.markRead(id).catch(() => {});
  }

  #lastId() {
    return this.#room.messages.findLast(({ id }) => id !== undefined)?.id ?? 0;
  }
}
