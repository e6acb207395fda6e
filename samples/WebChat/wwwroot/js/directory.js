// What rooms are called: from the directory, or asked for one by one where a room is not listed there.
import { coalesce } from "./dom.js";

const refreshInterval = 30_000;

export const isDirect = (id) => id.startsWith("direct~");
export const roomPath = (id, rest = "") => `rooms/${encodeURIComponent(id)}${rest}`;

export class Directory {
  #chat;
  #infos = new Map();
  #partners = new Map();
  #asked = new Set();
  #listeners = new Set();
  #changed = coalesce(() => this.#listeners.forEach((listener) => listener()));

  /** The listed rooms, latest activity first. */
  rooms = [];

  constructor(chat) {
    this.#chat = chat;
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  /** Reads the list now, again from time to time, and when the user comes back to the page. The directory has no events. */
  watch() {
    const load = () => document.hidden || this.#chat.state !== "online" ? undefined : this.load().catch(() => {});
    this.load().catch(() => {});
    setInterval(load, refreshInterval);
    addEventListener("visibilitychange", load);
  }

  async load() {
    const rooms = [];
    let cursor = "";
    do {
      const page = await this.#chat.request("GET", `rooms?order=activity&limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      rooms.push(...page.rooms);
      cursor = page.cursor;
    } while (cursor && rooms.length < 500);
    this.rooms = rooms;
    for (const room of rooms) this.#infos.set(room.id, room);
    this.#changed();
  }

  /** What is known of a room. If that is nothing, it is asked for, and listeners are called when it is there. */
  info(id) {
    if (!this.#infos.has(id) || (isDirect(id) && !this.#partners.has(id))) this.refresh(id, false);
    return this.#infos.get(id);
  }

  async refresh(id, again = true) {
    if (!again && this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      this.#infos.set(id, await this.#chat.request("GET", roomPath(id)));
      if (isDirect(id) && !this.#partners.has(id)) {
        const { members } = await this.#chat.request("GET", roomPath(id, "/members?limit=3"));
        const partner = members.find(({ user }) => user !== this.#chat.user);
        if (partner) this.#partners.set(id, partner.user);
      }
      this.#changed();
    } catch {
      // Not readable for this user. The list may have its name.
      if (!again && !isDirect(id)) this.load().catch(() => {});
    }
  }

  /** A room's settings, as an event has reported them. */
  setAbout(id, about) {
    this.#infos.set(id, { ...this.#infos.get(id), id, about });
    this.#changed();
  }

  setPartner(id, user) {
    this.#partners.set(id, user);
    this.#changed();
  }

  partner(id) {
    return this.#partners.get(id);
  }

  name(id) {
    const info = this.info(id);
    return this.#partners.get(id) ?? (isDirect(id) ? "Direct message" : info?.about?.name || id);
  }

  topic(id) {
    return this.info(id)?.about?.topic ?? "";
  }
}
