import type { Chat, Room } from "../api.ts";
import { oneEach, persist, roomPath } from "../conversation/persist.ts";
import { emitter } from "../emitter.ts";
import type { Schedule, ScheduledMessage } from "./api.ts";

/** The longest wait of a browser's timer, about 24 days. */
const longest = 2 ** 31 - 1;
/** A message is sent within some seconds of its time: so often the list is read until it is gone, or has failed. */
const interval = 2000;

/** The user's scheduled messages in a room. The same object for the same room. Call it before the room is opened: the list is read when the room is loaded. */
export const scheduled: (chat: Chat, room: Room) => Schedule = oneEach((chat, room) => {
  const changes = emitter();
  const path = roomPath(room.id) + "scheduled";
  let list: readonly ScheduledMessage[] = [];
  let timeout: ReturnType<typeof setTimeout> | undefined;
  let generation = 0;
  let isOpen = false;

  const inOrder = (messages: readonly ScheduledMessage[]) => [...messages].sort((a, b) => Date.parse(a.sendAt) - Date.parse(b.sendAt));

  function set(messages: readonly ScheduledMessage[]) {
    list = inOrder(messages);
    clearTimeout(timeout);
    const next = list.find(({ failure }) => !failure);
    if (isOpen && next) timeout = setTimeout(() => load().catch(() => {}), Math.min(longest, Math.max(interval, Date.parse(next.sendAt) - Date.now() + interval / 2)));
    changes._emit("change");
  }

  async function load() {
    const current = ++generation;
    const isOver = () => generation !== current;
    const read = await persist(chat, () => chat.request<ScheduledMessage[]>("GET", path), isOver);
    if (!isOver()) set(read);
  }

  /** What was asked for before is void: the answer to this is newer. */
  function replace(id: string, changed?: ScheduledMessage) {
    generation++;
    set([...list.filter((message) => message.id !== id), ...(changed ? [changed] : [])]);
  }

  room.on("event", ({ kind, message }) => {
    if (kind === "opened") isOpen = true;
    else if (kind !== "created" || message.user !== chat.user || !list.length) return;
    // One of the user's own messages: perhaps one of these.
    load().catch(() => {});
  });
  room.on("change", ({ kind }) => {
    if (kind === "failed") isOpen = false;
  });

  const orNot = async <T>(request: Promise<T>) => {
    try {
      return [await request] as const;
    } catch (e) {
      if ((e as { status: number }).status !== 404) throw e;
      return undefined;
    }
  };

  return {
    get list() {
      return list;
    },
    load,
    async add(text, sendAt, options) {
      const body = { ...options, text, sendAt: sendAt.toISOString(), idempotencyKey: crypto.randomUUID() };
      const added = await persist(chat, () => chat.request<ScheduledMessage>("POST", path, body));
      replace(added.id, added);
      return added;
    },
    async change(id, { text, sendAt }) {
      const changed = await orNot(chat.request<ScheduledMessage>("PATCH", `${path}/${id}`, { text, sendAt: sendAt?.toISOString() }));
      replace(id, changed?.[0]);
      return !!changed;
    },
    async cancel(id) {
      const canceled = await orNot(chat.request("DELETE", `${path}/${id}`));
      replace(id);
      return !!canceled;
    },
    on: changes._on,
  };
});
