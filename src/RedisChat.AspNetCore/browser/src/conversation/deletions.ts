import type { Chat, Room } from "../api.ts";
import type { Deletion, Selection } from "./api.ts";
import { persist, roomPath } from "./persist.ts";

/**
 * Deletes many messages: a selection, or all of an author, which takes the right `DeleteAny`. An interrupted deletion is repeated until it is complete; `deleted` then
 * counts only what the last request deleted. The messages leave the rooms that show them by events, as with any deletion.
 */
export function deleteMany(chat: Chat, room: Room, selection: Selection, reason?: string): Promise<Deletion> {
  return persist(chat, () => chat.request("POST", roomPath(room.id) + "deletions", { ...selection, reason }));
}
