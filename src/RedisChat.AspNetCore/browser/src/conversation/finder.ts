import type { ChatMessage } from "../api.ts";
import { emitter } from "../emitter.ts";
import { isNewer } from "../newer.ts";
import type { Parent, QuotedMessage } from "./api.ts";
import { oneEach, persist, roomPath } from "./persist.ts";

const deleted: Parent = { isDeleted: true };

/** Finds messages of a room by their ids, also those that are not shown, in their newest known state. */
export const finderOf = oneEach((chat, room) => {
  const changes = emitter();
  /** Messages that are not shown, or were not when they became known. */
  const known = new Map<number, Parent>();
  const asked = new Set<number>();
  let shown: Map<number | undefined, ChatMessage> | undefined;
  /** Changes with each load of the room: answers to requests from before are void. */
  let generation = 0;

  /** A newer state is never replaced by an older one, in whichever order pages, answers and events come. */
  function put(message: QuotedMessage) {
    const { isDeleted, message: before } = known.get(message.id) ?? {};
    if (!isDeleted && isNewer(message, before)) known.set(message.id, { message, isDeleted: false });
  }

  async function ask(id: number) {
    if (asked.has(id)) return;
    asked.add(id);
    const before = generation;
    const isOver = () => generation !== before;
    try {
      const message = await persist(chat, () => chat.request<QuotedMessage>("GET", `${roomPath(room.id)}messages/${id}`), isOver);
      if (isOver()) return;
      put(message);
    } catch (e) {
      // Anything else, such as a missing right, leaves it unknown until the room is loaded again.
      if (isOver() || (e as { status: number }).status !== 404) return;
      known.set(id, deleted);
    }
    changes._emit("change");
  }

  room.on("event", ({ kind, message, messageId, messageIds, below, offset, text, parents = {} }) => {
    if (kind === "opened") {
      shown = undefined;
      known.clear();
      asked.clear();
      generation++;
    }
    for (const id in parents) {
      if (parents[id].message) put(parents[id].message);
      else if (parents[id].isDeleted) known.set(+id, deleted);
    }
    const before = known.get(messageId)?.message;
    if (kind === "partWritten" && offset <= before?.text.length!) message = { ...before, text: before!.text.slice(0, offset) + text };
    if (known.has(message?.id)) put(message);
    else if (kind === "deleted" || kind === "deletedMany") for (const id of messageIds ?? [messageId]) known.set(id, deleted);
    else if (kind === "trimmed") {
      for (const id of known.keys()) if (id < below!) known.set(id, deleted);
    } else return;
    changes._emit("change");
  });

  room.on("change", ({ kind, message }) => {
    shown = undefined;
    // By the answer to the user's own request, which is there before the event.
    if (kind === "deleted" && message?.id) known.set(message.id, deleted);
  });

  return {
    _on: changes._on,
    _put: put,

    /** Undefined until it is loaded, after which there is a change. */
    _find(id: number): Parent | undefined {
      shown ??= new Map(room.messages.map((message) => [message.id, message]));
      const message = shown.get(id) as QuotedMessage | undefined;
      if (message) return { message, isDeleted: false };
      const found = known.get(id);
      if (!found) ask(id);
      return found;
    },
  };
});
