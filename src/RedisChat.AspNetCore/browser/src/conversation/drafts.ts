import type { Chat, ChatError } from "../api.ts";
import { emitter } from "../emitter.ts";
import type { Draft, DraftChange, Drafts } from "./api.ts";
import { isTransient, persist } from "./persist.ts";

interface Unsaved {
  /** Undefined: it is to be discarded. */
  _draft?: Draft;
  /** When it is saved at the latest. */
  _by: number;
  /** It is on its way, also if the page ends. */
  _isSafe?: boolean;
  _stop: () => void;
}

const made = new WeakMap<Chat, Drafts>();

/**
 * The user's drafts. The same object for the same chat.
 * @param options `pause`: after how many ms without a key a draft is saved; 1,000 if omitted. Counts in the first call.
 */
export function drafts(chat: Chat, options: { pause?: number } = {}): Drafts {
  if (!made.has(chat)) made.set(chat, createDrafts(chat, options.pause ?? 1000));
  return made.get(chat)!;
}

function createDrafts(chat: Chat, pause: number): Drafts {
  const changes = emitter();
  const unsaved = new Map<string, Unsaved>();
  /** What is stored, as JSON; empty if there is no draft. Unknown until it was read or written. */
  const stored = new Map<string, string>();
  const writing = new Map<string, Promise<void>>();
  /** When a room's draft was last saved from here, by the server's clock. */
  const times = new Map<string, string>();

  let isLeft = false;
  /** How many bytes of requests that outlive the page are on their way. */
  let alive = 0;

  const path = (room: string) => "drafts/" + encodeURIComponent(room);
  const textOf = (draft?: Draft) => (draft ? JSON.stringify([draft.text, draft.metadata]) : "");

  function plan(room: string, wanted: Unsaved, ms: number) {
    const timeout = setTimeout(() => write(room), ms);
    wanted._stop = () => clearTimeout(timeout);
  }

  function want(room: string, draft?: Draft) {
    const before = unsaved.get(room);
    before?._stop();
    const now = Date.now();
    const wanted: Unsaved = { _draft: draft, _by: before?._by ?? now + 5 * pause, _stop: () => {} };
    unsaved.set(room, wanted);
    plan(room, wanted, Math.max(0, Math.min(pause, wanted._by - now)));
  }

  /** Saves the newest state: one write after the other, so that an older one never comes last. */
  function write(room: string): Promise<void> {
    if (!writing.has(room)) writing.set(room, writeAll(room).finally(() => writing.delete(room)));
    return writing.get(room)!;
  }

  /** One request. What begins while the page is being left goes on without it, unless it is too large: browsers refuse more than 64 KiB of such bodies at a time. */
  async function request(room: string, wanted: Unsaved) {
    const draft = wanted._draft;
    const size = new Blob([JSON.stringify(draft)]).size;
    const keepalive = isLeft && alive + size <= 60_000;
    wanted._isSafe = keepalive;
    if (keepalive) alive += size;
    try {
      return await chat.request<Draft>(draft ? "PUT" : "DELETE", path(room), draft, { keepalive });
    } finally {
      if (keepalive) alive -= size;
    }
  }

  async function writeAll(room: string) {
    // The promise must be known before it can end.
    await undefined;
    for (let wanted; (wanted = unsaved.get(room)); ) {
      const draft = wanted._draft;
      const text = textOf(draft);
      wanted._stop();
      try {
        if (text !== stored.get(room)) {
          const saved = await request(room, wanted);
          if (saved) times.set(room, saved.savedAt!);
          stored.set(room, text);
        }
      } catch (e) {
        const { status, retryAfter = 5 } = e as ChatError;
        if (isTransient(e) && chat.state !== "ended") {
          // Again when the chat is online, and from time to time.
          if (unsaved.get(room) === wanted) plan(room, wanted, retryAfter * 1000);
          return;
        }
        // There was none. Anything else is refused, for example because the user has too many.
        if (status === 404) stored.set(room, "");
      }
      if (unsaved.get(room) === wanted) unsaved.delete(room);
    }
  }

  const flush = async () => void (await Promise.all([...unsaved.keys()].map(write)));

  async function left() {
    isLeft = true;
    // A save that is on its way may end with the page: the newest state goes beside it. If the page stays, that is saved again when it has ended.
    for (const [room, wanted] of unsaved) if (writing.has(room) && !wanted._isSafe) request(room, wanted).catch(() => {});
    await flush();
    isLeft = false;
  }

  for (const event of ["pagehide", "visibilitychange"]) globalThis.addEventListener?.(event, left);
  chat.on("state", (state) => {
    if (state === "online") flush();
    if (state === "ended") {
      // Nothing is saved for the user who signs in next.
      for (const { _stop } of unsaved.values()) _stop();
      unsaved.clear();
    }
  });
  chat.on("frame", ({ event, data }) => {
    if (event !== "draft" || unsaved.has(data.room)) return;
    const { room, now } = data as DraftChange;
    // The user's own, which comes back.
    if (textOf(now) === (stored.get(room) ?? "") || now?.savedAt! <= times.get(room)!) return;
    stored.set(room, textOf(now));
    changes._emit("change", data);
  });

  return {
    async load(room) {
      const isOver = () => unsaved.has(room);
      try {
        if (!isOver()) {
          const draft = await persist(chat, () => chat.request<Draft>("GET", path(room)), isOver);
          if (!isOver()) {
            stored.set(room, textOf(draft));
            return draft;
          }
        }
      } catch (e) {
        if (!isOver()) {
          if ((e as ChatError).status !== 404) throw e;
          stored.set(room, "");
        }
      }
      return unsaved.get(room)?._draft;
    },
    save(room, text, metadata = {}) {
      want(room, text.trim() ? { text, metadata } : undefined);
    },
    discard(room) {
      want(room);
      return write(room);
    },
    flush,
    on: changes._on,
  };
}
