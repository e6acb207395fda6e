import type { ChatMessage, Reaction } from "./api.ts";
import { parse, start } from "./position.ts";
import type { WireMessage, WirePage } from "./wire.ts";

export type History = ReturnType<typeof createHistory>;

/** What is known of a room's messages. A newer state is never replaced by an older one, in whichever order pages, answers and events arrive. */
export function createHistory() {
  const all = new Map<number, ChatMessage>();
  /** Deleted ids, with the revision of the deletion if an event told it: a page that was read before must not bring them back. */
  const gone = new Map<number, number>();
  const reactions = new Map<number, { _list: Reaction[]; _revision: number }>();
  /** Keys of messages that were sent from here. */
  const keys = new Map<number, string>();
  /** Ids of messages that were sent from here: shown even across a hole. */
  const sent = new Set<number>();
  let cache: ChatMessage[] | undefined;

  const isShown = (id: number) => sent.has(id) || (id >= history._low && id <= history._high);

  function set(id: number, message: ChatMessage) {
    cache = undefined;
    all.set(id, message);
  }

  function change(id: number, change: Partial<ChatMessage>) {
    const message = all.get(id);
    if (message) set(id, { ...message, ...change });
  }

  /** Returns whether this is news. */
  function setReactions(id: number, list: Reaction[], revision: number): boolean {
    const known = reactions.get(id);
    if (known && known._revision > revision) return false;
    reactions.set(id, { _list: list, _revision: revision });
    change(id, { reactions: list });
    return true;
  }

  const history = {
    /** The position up to which everything is known. */
    _seen: start,
    _hasOlder: false,
    _hasNewer: false,
    /** Messages are shown from this id … */
    _low: 0,
    /** … to this one. What is known beyond, across a hole, is kept for when a page fills the hole. */
    _high: Infinity,
    _keys: keys,

    _shown: () => (cache ??= [...all.values()].filter(({ id }) => isShown(id!)).sort((a, b) => a.id! - b.id!)),

    _find(id: number) {
      return isShown(id) ? all.get(id) : undefined;
    },

    /** Replaces everything by a page. */
    _reset(page: WirePage, isNewest: boolean) {
      const [epoch, , , revision] = parse(page.position);
      const isOther = epoch !== parse(history._seen)[0];
      // A new epoch gives out the same ids again, and so does a failover that lost the deletion.
      for (const [id, at] of gone) if (isOther || at > revision) gone.delete(id);
      if (isOther) keys.clear();
      for (const map of [all, reactions, sent]) map.clear();
      history._seen = page.position;
      history._low = Infinity;
      history._high = 0;
      history._before(page);
      history._after(page, isNewest);
    },

    _before(page: WirePage) {
      history._merge(page);
      history._hasOlder = page.hasOlder;
      history._low = page.hasOlder ? Math.min(history._low, page.messages[0]?.id ?? parse(page.position)[1] + 1) : 0;
    },

    _after(page: WirePage, isNewest?: boolean) {
      history._merge(page);
      history._hasNewer = page.hasNewer && !isNewest;
      history._high = history._hasNewer ? Math.max(history._high, page.messages.at(-1)?.id ?? 0) : Infinity;
    },

    _merge(page: WirePage) {
      const [, , , revision] = parse(page.position);
      for (const message of page.messages) {
        history._put(message);
        setReactions(message.id, page.reactions?.[message.id] ?? [], revision);
      }
      cache = undefined;
    },

    /** Returns the message if this is news and it is shown. */
    _put(message: WireMessage) {
      const { id, version } = message;
      const known = all.get(id);
      if (gone.has(id) || (known && known.version >= version)) return undefined;
      set(id, { metadata: {}, ...message, key: keys.get(id) ?? "m" + id, reactions: reactions.get(id)?._list ?? [], pending: false });
      return history._find(id);
    },

    /** Returns the message if it was shown. */
    _remove(id: number, revision: number) {
      const message = history._find(id);
      gone.set(id, revision);
      all.delete(id);
      cache = undefined;
      return message;
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
      if (id >= history._low) sent.add(id);
      if (!all.has(id) && !gone.has(id)) set(id, message);
      cache = undefined;
    },

    _reactions: (id: number) => reactions.get(id),

    /** An event's reactions: the same for all watchers, so without what is the user's own. Returns whether they are newer. */
    _reacted(id: number, list: Reaction[], revision: number) {
      const own = (emoji: string) => reactions.get(id)?._list.find((reaction) => reaction.emoji === emoji)?.own ?? 0;
      return setReactions(id, list.map((reaction) => ({ ...reaction, own: Math.min(own(reaction.emoji), reaction.count) })), revision);
    },

    /** An answer's reactions. It has no revision. Returns false if an event came after the request: which one is newer is not known then. */
    _answered(id: number, list: Reaction[], before?: object) {
      const known = reactions.get(id);
      return known === before && setReactions(id, list, known?._revision ?? 0);
    },
  };
  return history;
}
