import type { Chat, ChatError, Room } from "../api.ts";

/** Errors after which the same request may succeed. 0 is no answer. */
const transient = [0, 429, 502, 503, 504];

export const isTransient = (error: unknown): boolean => transient.includes((error as ChatError).status);

/** Repeats a request that may be repeated until it is answered, or nobody wants the answer. It does not wait for its next attempt if the chat is online again. */
export async function persist<T>(chat: Chat, call: () => Promise<T>, isOver: () => unknown = () => false): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (e) {
      if (!isTransient(e) || chat.state === "ended" || isOver()) throw e;
      const { retryAfter = 0 } = e as ChatError;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timeout);
          off();
          resolve();
        };
        const timeout = setTimeout(wake, retryAfter * 1000 + Math.random() * Math.min(10_000, 250 * 2 ** attempt));
        // Less than the server asked for only if nobody will ask again.
        const off = chat.on("state", (state) => {
          if (state === "ended" || (state === "online" && !retryAfter)) wake();
        });
      });
      if (isOver()) throw e;
    }
  }
}

/** Makes one object for each room, which follows the room as long as it exists. */
export function oneEach<T>(make: (chat: Chat, room: Room) => T): (chat: Chat, room: Room) => T {
  const made = new WeakMap<Room, T>();
  return (chat, room) => {
    if (!made.has(room)) made.set(room, make(chat, room));
    return made.get(room)!;
  };
}

export const roomPath = (id: string): string => `rooms/${encodeURIComponent(id)}/`;
