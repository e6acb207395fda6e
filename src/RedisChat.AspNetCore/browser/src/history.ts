import type { ChatMessage, Reaction } from "./api.ts";
import { isNewer } from "./newer.ts";
import { parse, start } from "./position.ts";
import type { WireMessage, WirePage } from "./wire.ts";

export type History = ReturnType<typeof createHistory>;

/** What is known of a room's messages. A newer state is never replaced by an older one, in whichever order pages, answers and events arrive. */
export function createHistory() {
  const all = new Map<number, ChatMessage>();
  /** Deleted ids: a page or an answer that was read before the deletion must not bring them back. */
  const gone = new Set<number>();
  /** Messages with lower ids were trimmed: a page that was on its way must not bring them back either. */
  let first = 0;
  const reactions = new Map<number, { _list: Reaction[]; _revision: number }>();
  /** Keys of messages that were sent from here. */
  const keys = new Map<number, string>();

  const isGone = (id: number) => id < first || gone.has(id);

  function change(id: number, change: Partial<ChatMessage>) {
    if (all.has(id)) all.set(id, { ...all.get(id)!, ...change });
  }

  /** Returns whether this is news. */
  function setReactions(id: number, list: Reaction[], revision: number): boolean {
    // What is not known is not newer: undefined compares as false, here and below.
    if (reactions.get(id)?._revision! > revision) return false;
    reactions.set(id, { _list: list, _revision: revision });
    change(id, { reactions: list });
    return true;
  }

  const history = {
    /** The position up to which everything is known. */
    _seen: start,
    /** Messages are shown from this id, 0 if there are none before … */
    _low: 0,
    /** … to this one, Infinity if there are none after. What is known beyond, across a hole, is kept for when a page fills the hole. */
    _high: Infinity,
    _keys: keys,

    _shown: () => [...all.values()].filter(({ id }) => history._find(id!)).sort((a, b) => a.id! - b.id!),

    _find(id: number) {
      return id >= history._low && id <= history._high ? all.get(id) : undefined;
    },

    /** Replaces everything by a page. Answers to requests from before are void, so ids that a failover gave out again are free. */
    _reset(page: WirePage, isNewest: boolean) {
      if (parse(page.position)[0] !== parse(history._seen)[0]) keys.clear();
      for (const map of [all, reactions, gone]) map.clear();
      first = 0;
      history._seen = page.position;
      history._low = history._high = parse(page.position)[1] + 1;
      history._before(page);
      history._after(page, isNewest);
    },

    _before(page: WirePage) {
      history._merge(page);
      history._low = page.hasOlder ? (page.messages[0]?.id ?? history._low) : 0;
    },

    _after(page: WirePage, isNewest?: boolean) {
      history._merge(page);
      history._high = page.hasNewer && !isNewest ? (page.messages.at(-1)?.id ?? history._high) : Infinity;
    },

    _merge(page: WirePage) {
      for (const message of page.messages) {
        history._put(message);
        setReactions(message.id, page.reactions?.[message.id] ?? [], parse(page.position)[3]);
      }
    },

    _make: (message: WireMessage): ChatMessage => ({
      metadata: {},
      ...message,
      key: keys.get(message.id) ?? "m" + message.id,
      reactions: reactions.get(message.id)?._list ?? [],
      pending: false,
    }),

    /** Returns the message if this is news and it is shown. */
    _put(message: WireMessage) {
      const { id } = message;
      if (isGone(id) || !isNewer(message, all.get(id))) return undefined;
      all.set(id, history._make(message));
      return history._find(id);
    },

    /** Returns the message if the part is news and it is shown. */
    _written(id: number, offset: number, text: string) {
      const message = all.get(id) as WireMessage | undefined;
      // If something before the part is missing, that comes with the end.
      return offset <= message?.text.length! ? history._put({ ...message!, text: message!.text.slice(0, offset) + text }) : undefined;
    },

    /** Returns the message if it was shown. */
    _remove(id: number) {
      const message = history._find(id);
      gone.add(id);
      all.delete(id);
      return message;
    },

    /** Returns the ids of the messages that are known and trimmed, to be removed. */
    _trim(below: number) {
      first = Math.max(first, below);
      return [...all.keys()].filter((id) => id < first);
    },

    /** Gives a message another key, or its own one again. */
    _rename(id: number, key?: string) {
      if (key) keys.set(id, key);
      else keys.delete(id);
      change(id, { key: key ?? "m" + id });
    },

    /** Shows what was sent from here until the server's copy of it comes. */
    _sent(id: number, message: ChatMessage) {
      history._rename(id, message.key);
      if (!all.has(id) && !isGone(id)) all.set(id, message);
    },

    _reactions: (id: number) => reactions.get(id),

    /**
     * An event's reactions: the same for all watchers, so without what is the user's own. What changed by the user's own reaction, here or on another device, is.
     * Returns whether they are newer.
     */
    _reacted(id: number, list: Reaction[], position: string, isOwn: boolean) {
      const known = reactions.get(id)?._list;
      const merged = list.map((reaction) => {
        const { own = 0, count = 0 } = known?.find(({ emoji }) => emoji === reaction.emoji) ?? {};
        return { ...reaction, own: Math.min(reaction.count, own + (isOwn ? reaction.count - count : 0)) };
      });
      return setReactions(id, merged, parse(position)[3]);
    },

    /** An answer's reactions. It has no revision: if an event came after the request, the event of this change has come or will come, and the answer is not needed. */
    _answered(id: number, list: Reaction[], before?: { _revision: number }) {
      if (reactions.get(id) === before) setReactions(id, list, before?._revision ?? 0);
    },
  };
  return history;
}
