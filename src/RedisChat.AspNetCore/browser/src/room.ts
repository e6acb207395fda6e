import { ChatError, type ChatMessage, type Reaction, type Room, type RoomChange } from "./api.ts";
import { type Core, nothing } from "./core.ts";
import { emitter } from "./emitter.ts";
import { createHistory } from "./history.ts";
import { createOutbox } from "./outbox.ts";
import { createPeople } from "./people.ts";
import { lag } from "./position.ts";
import type { Want, WireEvent, WireMessage, WirePage } from "./wire.ts";

export type RoomHandle = ReturnType<typeof createRoom>;

export function createRoom(core: Core, id: string) {
  const path = `rooms/${encodeURIComponent(id)}/`;
  const history = createHistory();
  const listeners = emitter();
  let hasPresence: boolean | undefined;
  /** Whether a page is shown that the stream continues. */
  let isLive = false;
  let limit: number | undefined;
  let around: number | undefined;
  let messages: readonly ChatMessage[] | undefined;
  /** Changes when everything is loaded again, or no longer: answers to earlier requests for pages are void then. */
  let generation = 0;
  let loading: Promise<void> | undefined;
  /** What happens while a page is being loaded, to be applied on top of it. */
  let queue: (() => void)[] | undefined;
  let paging: Promise<boolean> | undefined;
  /** The last message that was marked as read, and the last one that is to be. Begins again with each load: the room may have been marked as unread, or created again. */
  let marks = { _read: 0, _upTo: 0 };
  let reading = Promise.resolve();

  function emit(kind: string, message?: ChatMessage) {
    messages = undefined;
    listeners._emit("change", { kind, message, reset: kind === "opened" } satisfies RoomChange);
  }

  const later = (f: () => void) => {
    if (queue) queue.push(f);
    else f();
  };
  const people = createPeople(core, path, () => isLive && hasPresence && !core._isClosed, emit);
  const outbox = createOutbox(core, path, history, later, emit);

  const of = (message: number) => path + "messages/" + message;

  /** Returns whether the room was loaded again since. */
  const since = () => {
    const before = generation;
    return () => generation !== before;
  };

  const readPage = (query: string, isOver: () => boolean) => core._get<WirePage>(`${path}messages?limit=${limit ?? 50}${query}`, isOver);

  function end(problem?: object) {
    generation++;
    isLive = false;
    queue = loading = messages = undefined;
    outbox._forget();
    if (problem) {
      room.error = new ChatError(problem);
      emit("failed");
    }
    core._sync();
  }

  /** Loads the room; what is shown stays until the page is there. */
  function load() {
    generation++;
    queue ??= [];
    return (loading = loadPage());
  }

  /** Loads the newest page again, unless the user reads old messages and is to stay there; if that fails, the error is reported. */
  function reload(toEnd?: boolean) {
    if (toEnd || !room.hasNewer) around = undefined;
    load().catch(nothing);
  }

  async function loadPage(): Promise<void> {
    const isAround = around;
    const isOver = since();
    let page: WirePage;
    try {
      page = await readPage(around ? "&around=" + around : "", isOver);
    } catch (e) {
      if (isOver()) return loading;
      end(e as ChatError);
      throw e;
    }
    if (isOver()) return loading;
    marks = { _read: 0, _upTo: 0 };
    outbox._reset();
    history._reset(page, !isAround);
    for (const message of page.messages) outbox._claim(message);
    isLive = true;
    listeners._emit("event", { kind: "opened", ...page });
    const waiting = queue ?? [];
    queue = undefined;
    waiting.forEach(later);
    emit("opened");
    core._sync();
    people._list();
  }

  function report(kind: string, news?: ChatMessage) {
    if (news) emit(kind, news);
  }

  const put = (kind: string, message: WireMessage) => report(kind, history._put(message));

  /** All are gone before the first is reported: nobody sees half of it. */
  const remove = (ids: number[]) => ids.map(history._remove).forEach((message) => emit("deleted", message));

  function apply(event: WireEvent, before: string | undefined) {
    const { kind, position, message, messageId, user } = event;
    const { _seen } = history;
    if (kind === "roomDeleted") return end({ status: 403, code: "forbidden", reason: kind });
    if (kind === "gap" || lag(_seen, position) > 1 || lag(_seen, before) > 1) return reload();
    // A hole: the stream is ahead of this tab, and will begin again from its position.
    if (lag(_seen, before)) return;
    if (kind === "partWritten") report(kind, history._written(messageId, event.offset, event.text));
    // Passing.
    if (!before) return listeners._emit("event", event);
    if (kind === "caughtUp") people._list();
    if (!lag(_seen, position)) return;
    history._seen = position;
    if (kind === "created") {
      people._typed(message.user);
      outbox._claim(message);
      put(kind, message);
    } else if (kind === "edited" || kind === "writingEnded") put(kind, message);
    else if (kind === "deleted" || kind === "deletedMany") remove(event.messageIds ?? [messageId]);
    else if (kind === "trimmed") remove(history._trim(event.below));
    // Messages keep their versions, and what an application shows beside them may have changed, too.
    else if (kind === "userErased") reload();
    else if (kind !== "reacted" || history._reacted(messageId, event.reactions, position, user === core._user)) {
      room.about = event.about ?? room.about;
      room.rules = event.rules ?? room.rules;
      emit(kind, history._find(messageId));
    }
    listeners._emit("event", event);
  }

  const turn = (kind: string, has: () => boolean, query: () => string, add: (page: WirePage) => void) => () =>
    (paging ??= (async () => {
      try {
        const isOver = since();
        if (!has()) return false;
        const page = await readPage(query(), isOver);
        if (isOver()) return has();
        add(page);
        listeners._emit("event", { kind, ...page });
        emit(kind);
        return !!page.messages[0];
      } finally {
        paging = undefined;
      }
    })());

  const react = (method: string) => async (message: number, emoji: string) => {
    const isOver = since();
    const before = history._reactions(message);
    const list = await core._request<Reaction[]>(method, `${of(message)}/reactions/${encodeURIComponent(emoji)}`);
    if (isOver()) return;
    history._answered(message, list, before);
    emit("reacted", history._find(message));
  };

  async function mark(before: typeof marks) {
    const latest = before._upTo;
    if (latest <= before._read) return;
    await core._retrying(() => core._request("POST", path + "read", { messageId: latest }));
    before._read = latest;
  }

  const room: { -readonly [P in keyof Room]: Room[P] } = {
    id,
    get messages() {
      return (messages ??= [...history._shown(), ...outbox._shown()]);
    },
    get hasOlder() {
      return history._low > 0;
    },
    get hasNewer() {
      return history._high < Infinity;
    },
    get typingUsers() {
      return people._typing();
    },
    get present() {
      return people._present();
    },
    readers: people._readers,
    about: undefined,
    rules: undefined,
    error: undefined,
    async open(how = {}) {
      ({ limit, around, presence: hasPresence } = how);
      room.error = undefined;
      await Promise.all([load(), core._ready]);
    },
    close: () => end(),
    older: turn("older", () => room.hasOlder, () => "&before=" + history._low, history._before),
    newer: turn("newer", () => room.hasNewer, () => "&after=" + history._high, history._after),
    send(...message) {
      // Who answers an old message wants to see the answer: it is at the end of the room.
      if (room.hasNewer) reload(true);
      return outbox._send(...message);
    },
    retry: outbox._retry,
    discard: outbox._discard,
    async edit(message, text, more) {
      const isOver = since();
      const edited = await core._request<WireMessage>("PATCH", of(message), { ...more, text });
      if (!isOver()) put("edited", edited);
      return history._make(edited);
    },
    async delete(message, reason) {
      const isOver = since();
      await core._request("DELETE", of(message) + (reason ? "?reason=" + encodeURIComponent(reason) : ""));
      later(() => isOver() || remove([message]));
    },
    react: react("PUT"),
    unreact: react("DELETE"),
    markRead(message = room.messages.findLast(({ id }) => id)?.id ?? 0) {
      const current = marks;
      const next = () => mark(current);
      current._upTo = Math.max(current._upTo, message);
      return (reading = reading.then(next, next));
    },
    typing: people._type,
    on: listeners._on,
  };

  return {
    _room: room,

    _wanted: (): Want["rooms"] => (isLive ? [[id, history._seen, !!hasPresence]] : []),

    /** `before` is the position that the stream had reached in this room before; a passing event has none. */
    _event(event: WireEvent, before?: string) {
      const passing = people._events[event.kind];
      if (!isLive && !queue) return;
      if (passing) passing(event as never);
      else later(() => apply(event, before));
    },

    /** The stream no longer has this room. */
    _failed(problem: object) {
      if (isLive) end(problem);
    },

    _list: people._list,
  };
}
