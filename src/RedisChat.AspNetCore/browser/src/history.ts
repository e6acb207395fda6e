import type { ChatMessage, Reaction } from "./api.ts";
import { type Position, parse, start } from "./position.ts";
import type { WireMessage, WirePage } from "./wire.ts";

/** What is known of a room's messages. A newer state is never replaced by an older one, in whichever order pages, answers and events arrive. */
export class History {
  _seen: Position = parse(start);
  _hasOlder = false;
  _hasNewer = false;
  /** Messages are shown from this id … */
  _low = 0;
  /** … to this one. What is known beyond, across a hole, is kept for when a page fills the hole. */
  _high = Infinity;
  /** Ids and keys of messages that were sent from here. */
  readonly _keys = new Map<number, string>();
  private _all = new Map<number, ChatMessage>();
  /** Deleted ids, with the revision of the deletion if an event told it: a page that was read before must not bring them back. */
  private _gone = new Map<number, number>();
  private _reactions = new Map<number, { _list: Reaction[]; _revision: number }>();
  /** Sent from here: shown even across a hole. */
  private _own = new Set<number>();
  private _cache?: ChatMessage[];

  get _shown(): ChatMessage[] {
    return (this._cache ??= [...this._all.values()].filter(({ id }) => this._isShown(id!)).sort((a, b) => a.id! - b.id!));
  }

  _get(id: number): ChatMessage | undefined {
    return this._isShown(id) ? this._all.get(id) : undefined;
  }

  /** Replaces everything by a page. */
  _reset(page: WirePage, isNewest: boolean): void {
    const position = parse(page.position);
    const isOther = position._epoch !== this._seen._epoch;
    // A new epoch gives out the same ids again, and so does a failover that lost the deletion.
    for (const [id, revision] of this._gone) if (isOther || revision > position._revision) this._gone.delete(id);
    if (isOther) this._keys.clear();
    for (const map of [this._all, this._reactions, this._own]) map.clear();
    this._seen = position;
    this._low = Infinity;
    this._before(page);
    this._high = 0;
    this._after(isNewest ? { ...page, hasNewer: false } : page);
  }

  _before(page: WirePage): void {
    this._merge(page);
    this._hasOlder = page.hasOlder;
    this._low = page.hasOlder ? Math.min(this._low, page.messages[0]?.id ?? this._seen._id + 1) : 0;
  }

  _after(page: WirePage): void {
    this._merge(page);
    this._hasNewer = page.hasNewer;
    this._high = page.hasNewer ? Math.max(this._high, page.messages.at(-1)?.id ?? 0) : Infinity;
  }

  _merge(page: WirePage): void {
    const { _revision } = parse(page.position);
    for (const message of page.messages) {
      this._put(message);
      this._setReactions(message.id, page.reactions?.[message.id] ?? [], _revision);
    }
  }

  /** Returns the message if this is news. */
  _put({ id, user, text, timestamp, editedAt, version, metadata = {} }: WireMessage): ChatMessage | undefined {
    const known = this._all.get(id);
    if (this._gone.has(id) || (known && known.version >= version)) return undefined;
    const reactions = this._reactions.get(id)?._list ?? [];
    return this._set(id, { id, key: this._keys.get(id) ?? "m" + id, user, text, timestamp, editedAt, version, metadata, reactions, pending: false });
  }

  _remove(id: number, revision: number): void {
    this._gone.set(id, revision);
    this._all.delete(id);
    this._cache = undefined;
  }

  /** Gives a message another key, or its own one again. */
  _rename(id: number, key?: string): void {
    if (key) this._keys.set(id, key);
    else this._keys.delete(id);
    this._change(id, { key: key ?? "m" + id });
  }

  /** Shows what was sent from here until the server's copy of it comes. */
  _sent(message: ChatMessage & { id: number }): void {
    const { id, key } = message;
    this._rename(id, key);
    if (id >= this._low) this._own.add(id);
    if (!this._all.has(id) && !this._gone.has(id)) this._set(id, message);
  }

  _reactionsOf(id: number): object | undefined {
    return this._reactions.get(id);
  }

  /** A page's reactions. Returns whether they are newer. */
  _setReactions(id: number, list: Reaction[], revision: number): boolean {
    const known = this._reactions.get(id);
    if (known && known._revision > revision) return false;
    this._reactions.set(id, { _list: list, _revision: revision });
    this._change(id, { reactions: list });
    return true;
  }

  /** An event's reactions: the same for all watchers, so without what is the user's own. Returns whether they differ from those that are known. */
  _reacted(id: number, list: Reaction[], revision: number): boolean {
    const known = this._reactions.get(id)?._list ?? [];
    const merged = list.map((reaction) => ({ ...reaction, own: reaction.own || Math.min(own(known, reaction), reaction.count) }));
    return this._setReactions(id, merged, revision) && JSON.stringify(merged) !== JSON.stringify(known);
  }

  /** An answer's reactions. It has no revision: if an event came after the request, only what is the user's own is taken from the answer. */
  _answered(id: number, list: Reaction[], before?: object): void {
    const known = this._reactions.get(id);
    if (known !== before) list = known!._list.map((reaction) => ({ ...reaction, own: own(list, reaction) }));
    this._setReactions(id, list, known?._revision ?? 0);
  }

  private _isShown(id: number): boolean {
    return this._own.has(id) || (id >= this._low && id <= this._high);
  }

  private _change(id: number, change: Partial<ChatMessage>): void {
    const message = this._all.get(id);
    if (message) this._set(id, { ...message, ...change });
  }

  private _set(id: number, message: ChatMessage): ChatMessage {
    this._cache = undefined;
    this._all.set(id, message);
    return message;
  }
}

const own = (list: Reaction[], { emoji }: Reaction): number => list.find((reaction) => reaction.emoji === emoji)?.own ?? 0;
