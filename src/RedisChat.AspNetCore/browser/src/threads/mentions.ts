import type { Chat, Room } from "../api.ts";
import { oneEach, roomPath } from "../conversation/persist.ts";
import { emitter } from "../emitter.ts";
import type { FoundMention, MentionInText, Mentions, StoredMessage } from "./api.ts";

const pageSize = 20;
/** Each room takes a request. */
const mostRooms = 40;

interface Source {
  _room: string;
  _found: FoundMention[];
  _before?: number;
  _isAtEnd?: boolean;
}

const made = new WeakMap<Chat, Mentions>();

/** What mentions the user. The same object for the same chat. Open the inbox before: it says which rooms there are, and how much is unread. */
export function mentions(chat: Chat): Mentions {
  if (!made.has(chat)) made.set(chat, follow(chat));
  return made.get(chat)!;
}

function follow(chat: Chat): Mentions {
  const changes = emitter();
  let list: FoundMention[] = [];
  let sources: Source[] = [];
  let unread = 0;
  let generation = 0;

  async function read(source: Source) {
    try {
      const query = source._before ? "&before=" + source._before : "";
      const { messages, before } = await chat.request<{ messages: StoredMessage[]; before?: number }>("GET", `${roomPath(source._room)}mentions?limit=${pageSize}${query}`);
      source._found.push(...messages.map((message) => ({ room: source._room, message })));
      source._before = before;
      source._isAtEnd = !before;
    } catch (e) {
      // A room that the user may no longer read has none; without an answer, nothing is known of any room.
      if ((e as { status: number }).status !== 403) throw e;
      source._isAtEnd = true;
    }
  }

  async function more(isNew?: boolean) {
    const current = generation;
    const from = sources;
    await Promise.all(from.map((source) => !source._found.length && !source._isAtEnd && read(source)));
    if (current !== generation) return;
    // The newest of all, as long as no room could have a newer one that is not read yet.
    const next: FoundMention[] = [];
    for (;;) {
      let newest: Source | undefined;
      for (const source of from) if (source._found[0] && !(source._found[0].message.timestamp < newest?._found[0].message.timestamp!)) newest = source;
      if (!newest) break;
      next.push(newest._found.shift()!);
      if (!newest._found.length && !newest._isAtEnd) break;
    }
    list = isNew ? next : [...list, ...next];
    changes._emit("change");
  }

  const count = () => chat.inbox.rooms.reduce((sum, { unreadMentions }) => sum + (unreadMentions ?? 0), 0);
  chat.inbox.on("change", () => {
    if (unread === (unread = count())) return;
    changes._emit("change");
  });
  unread = count();

  return {
    get unread() {
      return unread;
    },
    get list() {
      return list;
    },
    get hasMore() {
      return sources.some(({ _found, _isAtEnd }) => _found.length || !_isAtEnd);
    },
    load() {
      generation++;
      sources = chat.inbox.rooms.slice(0, mostRooms).map(({ room }) => ({ _room: room, _found: [] }));
      return more(true);
    },
    more: () => more(),
    on: changes._on,
  };
}

/** How the text mentions everyone. */
const everyone = "@everyone";
const isWord = (character: string | undefined) => !!character && /[\p{L}\p{M}\p{N}_]/u.test(character);
const before = (text: string, at: number) => Array.from(text.slice(Math.max(0, at - 2), at)).at(-1);
const after = (text: string, at: number) => String.fromCodePoint(text.codePointAt(at) ?? 32);

/**
 * Finds who is mentioned in a text: `@` and one of these names, whatever its case, or `@everyone`. The longest name counts, and it must not be a part of a longer word. Pass
 * the words of what it finds with the message, as `mentions`; the server derives none from the text.
 */
export function findMentions(text: string, names: Iterable<string>): MentionInText[] {
  const byLength = [...new Set(names)].filter(Boolean).sort((a, b) => b.length - a.length);
  const found: MentionInText[] = [];
  for (let start = text.indexOf("@"); start >= 0; start = text.indexOf("@", start + 1)) {
    if (isWord(before(text, start))) continue;
    const stands = (name: string) => {
      const end = start + 1 + name.length;
      return text.slice(start + 1, end).toLowerCase() === name.toLowerCase() && !(isWord(name.at(-1)) && isWord(after(text, end)));
    };
    const name = byLength.find(stands) ?? (stands(everyone.slice(1)) ? "" : undefined);
    if (name === undefined) continue;
    const end = start + (name ? 1 + name.length : everyone.length);
    found.push({ word: name ? "@" + name : "*", start, end });
    start = end - 1;
  }
  return found;
}

const suggesters = oneEach((chat, room) => {
  let members: Promise<string[]> | undefined;
  room.on("event", ({ kind }) => {
    if (kind === "opened" || kind === "memberChanged") members = undefined;
  });

  const read = async () => {
    const { members: page } = await chat.request<{ members: { user: string }[] }>("GET", roomPath(room.id.split("\u001f")[0]) + "members?filter=members&limit=500");
    return page.map(({ user }) => user);
  };

  return async () => {
    members ??= read().catch(() => ((members = undefined), []));
    // Who has written last comes first.
    const seen = room.messages.map(({ user }) => user).reverse();
    return [...new Set([...seen, ...room.present, ...(await members)])].filter((user) => user !== chat.user);
  };
});

/**
 * The users whom a message of a room can mention: who wrote last, who is present, the members. With a prefix, those of whom a word begins with it. The members are read once
 * and again after they changed.
 */
export async function mentionable(chat: Chat, room: Room, prefix = ""): Promise<string[]> {
  const wanted = prefix.toLowerCase();
  const begins = (name: string) => name.startsWith(wanted);
  return (await suggesters(chat, room)()).filter((user) => begins(user.toLowerCase()) || user.toLowerCase().split(/[\s._-]+/u).some(begins));
}
