import type { Chat, Room, SendOptions } from "../api.ts";
import { oneEach } from "./persist.ts";

type Unsent = [text: string, metadata: Record<string, string>, options: SendOptions];

/**
 * Keeps what is being sent over a reload of the page: it is sent again, under the same keys, when this is called for the same user and room. Call it before the room is
 * opened, once the user is known (`chat.user`). Texts are in the storage of the tab until they are sent, refused or discarded.
 */
export function keepUnsent(chat: Chat, room: Room): void {
  keeperOf(chat, room);
}

const keeperOf = oneEach((chat, room) => {
  const name = `redischat ${chat.user} ${room.id}`;
  let before: Unsent[] = [];
  try {
    before = JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    // Storage may be switched off, or hold something else.
  }

  room.on("change", ({ kind }) => {
    // A chat that ends refuses everything.
    if (chat.state === "ended" || !["sending", "sent", "refused", "discarded"].includes(kind)) return;
    const unsent = room.messages.flatMap(({ pending, text, metadata, replyTo, mentions, attachments, key }) => (pending ? [[text, metadata, { replyTo, mentions, attachments, idempotencyKey: key }]] : []));
    try {
      if (unsent.length) sessionStorage.setItem(name, JSON.stringify(unsent));
      else sessionStorage.removeItem(name);
    } catch {
      // It is sent all the same while the page is open.
    }
  });

  for (const message of before) room.send(...message);
  return true;
});
