import type { Chat, Room } from "../api.ts";
import type { Replies } from "./api.ts";
import { finderOf } from "./finder.ts";
import { oneEach } from "./persist.ts";

/** What the replies of a room refer to. The same object for the same room. Call it before the room is opened: parents then come with its messages. */
export const replies: (chat: Chat, room: Room) => Replies = oneEach((chat, room) => {
  const finder = finderOf(chat, room);
  return {
    parentOf: ({ replyTo }) => (replyTo ? finder._find(replyTo) : undefined),
    sendPlain(message) {
      room.discard(message);
      return room.send(message.text, message.metadata, { attachments: message.attachments });
    },
    on: finder._on,
  };
});
