import type { Chat, Room, RoomEvent } from "../api.ts";
import { emitter } from "../emitter.ts";
import type { Pin, Pins, QuotedMessage } from "./api.ts";
import { finderOf } from "./finder.ts";
import { oneEach, persist, roomPath } from "./persist.ts";

/** The pinned messages of a room. The same object for the same room. Call it before the room is opened: the list is read when the room is loaded. */
export const pins: (chat: Chat, room: Room) => Pins = oneEach((chat, room) => {
  const changes = emitter();
  const finder = finderOf(chat, room);
  const path = roomPath(room.id);
  let list: Pin[] = [];
  let shown: readonly Pin[] | undefined;
  /** What happens while the list is being read, to be applied on top of it. */
  let queue: RoomEvent[] | undefined;
  let generation = 0;

  function changed() {
    shown = undefined;
    changes._emit("change");
  }

  /** Returns whether it changed the list. */
  function apply({ kind, messageId, messageIds = [messageId], by, pinnedAt }: RoomEvent): boolean {
    const others = list.filter((pin) => !messageIds.includes(pin.messageId));
    const isNews = kind === "pinned" || others.length < list.length;
    list = others;
    // Times are compared as text, which keeps their µs.
    if (kind === "pinned") list = [{ messageId, by, pinnedAt }, ...list].sort((a, b) => (a.pinnedAt < b.pinnedAt ? 1 : a.pinnedAt > b.pinnedAt ? -1 : 0));
    return isNews;
  }

  async function load() {
    const current = ++generation;
    const events: RoomEvent[] = (queue = []);
    const isOver = () => generation !== current;
    try {
      const read = await persist(chat, () => chat.request<(Pin & { message?: QuotedMessage })[]>("GET", path + "pins"), isOver);
      if (isOver()) return;
      for (const { message } of read) if (message) finder._put(message);
      list = read.map(({ messageId, by, pinnedAt }) => ({ messageId, by, pinnedAt }));
    } catch {
      // The room works without them.
      if (isOver()) return;
      list = [];
    }
    queue = undefined;
    events.forEach(apply);
    changed();
  }

  function happened(event: RoomEvent) {
    if (!["pinned", "unpinned", "deleted", "deletedMany"].includes(event.kind)) return;
    if (queue) queue.push(event);
    else if (apply(event)) changed();
  }

  room.on("event", (event) => {
    if (event.kind === "opened") load();
    else happened(event);
  });
  // A pinned message was loaded, edited, written on or deleted.
  finder._on("change", changed);
  room.on("change", ({ kind, message }) => {
    if (!followed.has(message?.id!)) return;
    if (kind === "deleted") happened({ kind, messageId: message!.id });
    else changed();
  });

  const followed: Pins = {
    get list() {
      return (shown ??= list.map((pin) => ({ ...pin, message: finder._find(pin.messageId)?.message })));
    },
    has: (messageId) => list.some((pin) => pin.messageId === messageId),
    async pin(messageId) {
      await chat.request("PUT", `${path}messages/${messageId}/pin`);
    },
    async unpin(messageId) {
      await chat.request("DELETE", `${path}messages/${messageId}/pin`);
    },
    on: changes._on,
  };
  return followed;
});
