import type { Chat, Room } from "../api.ts";
import { oneEach, persist, roomPath } from "../conversation/persist.ts";
import { emitter } from "../emitter.ts";
import type { MessageVersion, Tombstone, Tombstones } from "./api.ts";

/**
 * Where messages of a room were deleted. The same object for the same room. It can be called at any time, for example when the user's rights are known: a room that is
 * open takes a request then, and a page only if ids are missing.
 */
export const tombstones: (chat: Chat, room: Room) => Tombstones = oneEach((chat, room) => {
  const changes = emitter();
  const found = new Map<number, Tombstone>();
  let list: readonly Tombstone[] | undefined;
  let generation = 0;
  /** What is before was trimmed, and is no hole. */
  let first = 0;

  function add(tombstones: readonly Tombstone[]) {
    for (const tombstone of tombstones) {
      if (tombstone.lastId < first) continue;
      // The details may be known from the event, and no longer to the server.
      if (!found.get(tombstone.firstId)?.deletedAt || tombstone.deletedAt) found.set(tombstone.firstId, tombstone);
    }
    list = undefined;
    changes._emit("change");
  }

  /** Reads the deletions among so many messages after an id, and up to an id. */
  async function read(after: number, last: number, count: number) {
    const current = generation;
    const isOver = () => generation !== current;
    try {
      const query = `messages?deleted=true&limit=${Math.min(1000, Math.max(1, count))}&after=${after}`;
      const page = await persist(chat, () => chat.request<{ tombstones?: Tombstone[] }>("GET", roomPath(room.id) + query), isOver);
      if (!isOver()) add((page.tombstones ?? []).filter(({ firstId }) => firstId > after && firstId <= last));
    } catch {
      // The room works without them.
    }
  }

  function page(messages: readonly { id: number }[], hasOlder: boolean, hasNewer: boolean, position: string) {
    const first = hasOlder ? (messages[0]?.id ?? 1) : 1;
    const last = hasNewer ? (messages.at(-1)?.id ?? 0) : +position.split(".")[1];
    if (last - first + 1 > messages.length) read(first - 1, last, messages.length);
  }

  room.on("event", ({ kind, messages, hasOlder, hasNewer, position, messageId, messageIds = [messageId], deletedAt, user, reason, below }) => {
    if (kind === "opened") {
      generation++;
      found.clear();
      list = undefined;
      first = 0;
    }
    if (messages) page(messages, hasOlder, hasNewer, position);
    else if (kind === "deleted" || kind === "deletedMany") add(messageIds.map((id: number) => ({ firstId: id, lastId: id, deletedAt, user, reason })));
    else if (kind === "trimmed") {
      first = below!;
      for (const [id, { lastId }] of found) if (lastId < first) found.delete(id);
      add([]);
    }
  });
  // The room is open already. Whether its newest messages were deleted, only the server knows.
  const stored = room.messages.flatMap(({ id }) => id ?? []);
  if (stored.length) read(room.hasOlder ? stored[0] - 1 : 0, room.hasNewer ? stored.at(-1)! : Infinity, stored.length);

  return {
    get list() {
      return (list ??= [...found.values()].sort((a, b) => a.firstId - b.firstId));
    },
    on: changes._on,
  };
});

/** The earlier versions of a message that are kept, oldest first: for its author, and users who may delete it. */
export const versions = (chat: Chat, room: Room, messageId: number): Promise<MessageVersion[]> => chat.request("GET", `${roomPath(room.id)}messages/${messageId}/versions`);
