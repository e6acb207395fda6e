import type { Chat, Room } from "../api.ts";
import { oneEach, roomPath } from "../conversation/persist.ts";
import { emitter } from "../emitter.ts";
import type { Threads, ThreadSummary } from "./api.ts";

const separator = "\u001f";

/** The id of a message's thread, as a room. */
export const threadId = (room: string, messageId: number): string => room + separator + messageId;

/** The room and the message of a thread's id; undefined for another room. */
export function parseThread(id: string): { room: string; messageId: number } | undefined {
  const [room, messageId] = id.split(separator);
  return messageId ? { room, messageId: +messageId } : undefined;
}

/** The threads of a room's messages. The same object for the same room. Call it before the room is opened: what they are comes with the messages. */
export const threads: (chat: Chat, room: Room) => Threads = oneEach((chat, room) => {
  const changes = emitter();
  /** With the revision of the room for which each holds. */
  const known = new Map<number, [summary: ThreadSummary | undefined, revision: number]>();
  /** Messages with lower ids were trimmed. */
  let first = 0;
  const id = (messageId: number) => threadId(room.id, messageId);
  const join = (how: string) => async (messageId: number) => void (await chat.request("POST", roomPath(id(messageId)) + how));

  room.on("event", ({ kind, position, threads: paged, messageId, messageIds = [messageId], thread, messages, below }) => {
    const revision = +(position?.split(".")[3] ?? 0);
    if (kind === "opened") {
      known.clear();
      first = 0;
    }
    // A page that was asked for before an event comes after it.
    const put = (message: number, summary?: ThreadSummary) => message >= first && (known.get(message)?.[1] ?? 0) <= revision && known.set(message, [summary, revision]);
    if (messages) {
      for (const message of messages) put(message.id, paged?.[message.id]);
    } else if (kind === "threadChanged") put(messageId, thread);
    else if (kind === "deleted" || kind === "deletedMany") for (const message of messageIds) put(message);
    else if (kind === "trimmed") {
      first = below!;
      for (const message of known.keys()) if (message < first) known.delete(message);
    } else return;
    changes._emit("change");
  });

  return {
    of: (messageId) => known.get(messageId!)?.[0],
    room: (messageId) => chat.room(id(messageId)),
    isFollowed: (messageId) => chat.inbox.rooms.some(({ room }) => room === id(messageId)),
    follow: join("join"),
    unfollow: join("leave"),
    on: changes._on,
  };
});
