import { ChatError, type ChatMessage, type Room, type RoomAbout, type RoomChange } from "./api.ts";
import type { ChatClient } from "./chat.ts";
import { backoff } from "./clock.ts";
import { Emitter } from "./emitter.ts";
import { History } from "./history.ts";
import { Outbox } from "./outbox.ts";
import { People } from "./people.ts";
import { differs, isBehind, parse } from "./position.ts";
import type { Reaction } from "./api.ts";
import type { WireEvent, WireMessage, WirePage } from "./wire.ts";

export class RoomClient implements Room {
  about: RoomAbout | undefined;
  rules: Record<string, unknown> | undefined;
  error: ChatError | undefined;
  _presence = false;
  /** Whether a page is shown that the stream continues. */
  _isLive = false;
  private _history = new History();
  private _outbox: Outbox;
  private _people: People;
  private _changes = new Emitter<RoomChange>();
  private _path: string;
  private _limit = 50;
  private _around?: number;
  /** Changes when everything is loaded again, or no longer: answers to earlier requests for pages are void then. */
  private _generation = 0;
  private _loading?: Promise<void>;
  /** What happens while a page is being loaded, to be applied on top of it. */
  private _queue?: (() => void)[];
  private _paging?: Promise<boolean>;
  private _reacting = new Map<number, number>();
  /** Messages of whose reactions it is not known which are the user's own. */
  private _unclear = new Set<number>();
  private _isClearing = false;
  private _readUpTo = 0;
  private _reading?: Promise<void>;
  private _messages?: readonly ChatMessage[];

  constructor(private _chat: ChatClient, readonly id: string) {
    this._path = `rooms/${encodeURIComponent(id)}/`;
    const emit = (change: RoomChange) => this._emit(change);
    this._people = new People(_chat, this._path, emit);
    this._outbox = new Outbox(_chat, this._path, this._history, (f) => this._do(f), emit);
  }

  get _position(): string {
    return this._history._seen._token;
  }

  get messages(): readonly ChatMessage[] {
    return (this._messages ??= [...this._history._shown, ...this._outbox._shown]);
  }

  get hasOlder(): boolean {
    return this._history._hasOlder;
  }

  get hasNewer(): boolean {
    return this._history._hasNewer;
  }

  get typingUsers(): readonly string[] {
    return this._people._typingUsers;
  }

  get present(): readonly string[] {
    return this._people._presentUsers;
  }

  get readers(): ReadonlyMap<string, number> {
    return this._people._readers;
  }

  on(_event: "change", f: (change: RoomChange) => void): () => void {
    return this._changes._on(f);
  }

  async open({ presence = false, limit = 50, around }: { presence?: boolean; limit?: number; around?: number } = {}): Promise<void> {
    this._presence = presence;
    this._limit = limit;
    this._around = around;
    this.error = undefined;
    await Promise.all([this._load(), this._chat._ready]);
  }

  close(): void {
    this._end();
    this._people._clear();
    this._chat._sync();
  }

  older(): Promise<boolean> {
    return this._page("older", "before", this._history._hasOlder, () => this._history._low);
  }

  newer(): Promise<boolean> {
    return this._page("newer", "after", this._history._hasNewer, () => this._history._high);
  }

  send(text: string, metadata?: Record<string, string>): Promise<ChatMessage> {
    return this._outbox._send(text, metadata);
  }

  retry(message: ChatMessage): Promise<ChatMessage> {
    return this._outbox._retry(message);
  }

  discard(message: ChatMessage): void {
    this._outbox._discard(message);
  }

  async edit(id: number, text: string): Promise<ChatMessage> {
    const apply = this._later();
    const edited = await this._chat.request<WireMessage>("PATCH", this._of(id), { text });
    apply(() => this._put("edited", edited));
    return this._history._get(id) ?? { reactions: [], metadata: {}, ...edited, key: "m" + id, pending: false };
  }

  async delete(id: number, reason?: string): Promise<void> {
    const apply = this._later();
    try {
      await this._chat.request("DELETE", this._of(id) + (reason ? "?reason=" + encodeURIComponent(reason) : ""));
    } catch (e) {
      // Somebody else was faster.
      if ((e as ChatError).code !== "not-found") throw e;
    }
    apply(() => this._remove(id, Infinity));
  }

  react(id: number, emoji: string): Promise<void> {
    return this._react("PUT", id, emoji);
  }

  unreact(id: number, emoji: string): Promise<void> {
    return this._react("DELETE", id, emoji);
  }

  markRead(id = this._history._shown.at(-1)?.id ?? 0): Promise<void> {
    if (id > this._readUpTo) {
      this._readUpTo = id;
      this._reading ??= this._markRead();
    }
    return this._reading ?? Promise.resolve();
  }

  typing(): void {
    this._people._type();
  }

  /** A frame of the stream; `before` is the position that the stream had reached in this room before. */
  _event(event: WireEvent, before?: string): void {
    if (!this._isLive && !this._queue) return;
    if (event.kind === "presenceChanged") this._listPresent();
    if (!this._people._event(event)) this._do(() => this._apply(event, before));
  }

  /** The stream no longer has this room. */
  _failed(problem: { status: number; code: string; reason?: string }): void {
    if (problem.status < 500 && problem.status !== 429) this._end(new ChatError(problem));
    else if (this._isLive) this._chat._waits._sleep(backoff(5)).then(() => this._chat._sync());
  }

  /** The tab comes back from the browser's cache: what is part of no position may have changed. */
  _listPresent(): void {
    const generation = this._generation;
    if (this._presence) this._people._list(() => this._generation !== generation || this._chat._nodes._isClosed);
  }

  _end(error?: ChatError): void {
    this._generation++;
    this._isLive = false;
    this._queue = this._loading = undefined;
    if (!error) return;
    this.error = error;
    this._emit({ kind: "failed" });
    this._chat._sync();
  }

  private _emit(change: RoomChange): void {
    this._messages = undefined;
    this._changes._emit(change);
  }

  private _do(f: () => void): void {
    if (this._queue) this._queue.push(f);
    else f();
  }

  /** Returns how to apply an answer: not at all if the room was created again since the request, as its ids belong to other messages then. */
  private _later(): (f: () => void) => void {
    const { _epoch } = this._history._seen;
    return (f) => this._do(() => this._history._seen._epoch === _epoch && f());
  }

  private _of(id: number): string {
    return this._path + "messages/" + id;
  }

  /** Loads the room; what is shown stays until the page is there. */
  private _load(): Promise<void> {
    const generation = ++this._generation;
    this._queue ??= [];
    return (this._loading = this._loadPage(generation));
  }

  private async _loadPage(generation: number): Promise<void> {
    const around = this._around;
    let page: WirePage;
    try {
      page = await this._chat._get(`${this._path}messages?limit=${this._limit}${around ? "&around=" + around : ""}`, () => generation !== this._generation);
    } catch (e) {
      if (generation !== this._generation) return this._loading;
      this._end(e as ChatError);
      throw e;
    }
    if (generation !== this._generation) return this._loading;
    this._outbox._reset();
    this._history._reset(page, !around);
    for (const message of page.messages) this._outbox._claim(message, false);
    this._isLive = true;
    const queue = this._queue!;
    this._queue = undefined;
    for (const f of queue) this._do(f);
    this._emit({ kind: "opened", reset: true });
    this._chat._sync();
    this._listPresent();
  }

  private _reload(): void {
    // Nothing newer was loaded since: the newest page it is.
    if (!this._history._hasNewer) this._around = undefined;
    this._load().catch(() => {});
  }

  private _apply(event: WireEvent, before?: string): void {
    const { kind, position, message, messageId, user } = event;
    const history = this._history;
    const at = parse(position);
    if (kind === "roomDeleted") return this._end(new ChatError({ status: 403, code: "forbidden", reason: "roomDeleted" }));
    if (kind === "gap" || differs(history._seen, at) || (before && differs(history._seen, parse(before)))) return this._reload();
    // A hole: the stream is ahead of this tab, and will begin again from its position.
    if (before && isBehind(history._seen, parse(before))) return;
    if (kind === "caughtUp") this._listPresent();
    if (!isBehind(history._seen, at)) return;
    history._seen = at;
    if (kind === "created") {
      this._people._typed(message.user);
      this._outbox._claim(message, true);
      this._put(kind, message);
    } else if (kind === "edited") this._put(kind, message);
    else if (kind === "deleted") this._remove(messageId, at._revision);
    else if (kind === "reacted") {
      const isChanged = history._reacted(messageId, event.reactions, at._revision);
      if (isChanged && !this._reacting.get(messageId) && (!user || user === this._chat.user)) this._clear(messageId);
      if (isChanged) this._emit({ kind, message: history._get(messageId) });
    } else {
      if (kind === "aboutChanged") this.about = event.about;
      if (kind === "rulesChanged") this.rules = event.rules;
      this._emit({ kind });
    }
  }

  private _put(kind: string, message: WireMessage): void {
    if (this._history._put(message)) this._emit({ kind, message: this._history._get(message.id) });
  }

  private _remove(id: number, revision: number): void {
    const message = this._history._get(id);
    this._history._remove(id, revision);
    this._emit({ kind: "deleted", message });
  }

  private _page(kind: string, direction: string, exists: boolean, from: () => number): Promise<boolean> {
    if (!exists) return Promise.resolve(false);
    const generation = this._generation;
    const isOver = () => generation !== this._generation;
    return (this._paging ??= (async () => {
      try {
        const page = await this._chat._get<WirePage>(`${this._path}messages?limit=${this._limit}&${direction}=${from()}`, isOver);
        if (isOver()) return this._history._hasOlder;
        if (kind === "older") this._history._before(page);
        else this._history._after(page);
        this._emit({ kind });
        return page.messages.length > 0;
      } finally {
        this._paging = undefined;
      }
    })());
  }

  private async _react(method: string, id: number, emoji: string): Promise<void> {
    const apply = this._later();
    const before = this._history._reactionsOf(id);
    this._reacting.set(id, (this._reacting.get(id) ?? 0) + 1);
    try {
      const list = await this._chat.request<Reaction[]>(method, `${this._of(id)}/reactions/${encodeURIComponent(emoji)}`);
      apply(() => {
        this._history._answered(id, list, before);
        this._emit({ kind: "reacted", message: this._history._get(id) });
      });
    } finally {
      this._reacting.set(id, this._reacting.get(id)! - 1);
    }
  }

  /** The user has reacted on another device. Events are the same for everyone, so which reactions are the user's own has to be read. */
  private async _clear(id: number): Promise<void> {
    this._unclear.add(id);
    if (this._isClearing) return;
    this._isClearing = true;
    const generation = this._generation;
    const isOver = () => generation !== this._generation;
    try {
      while (this._unclear.size) {
        const page = await this._chat._get<WirePage>(`${this._path}messages?limit=100&after=${Math.min(...this._unclear) - 1}`, isOver);
        if (isOver()) break;
        const last = page.hasNewer ? (page.messages.at(-1)?.id ?? Infinity) : Infinity;
        for (const id of this._unclear) if (id <= last) this._unclear.delete(id);
        this._history._merge(page);
        this._emit({ kind: "reacted" });
      }
    } catch {
      // The numbers are right all the same.
    }
    this._unclear.clear();
    this._isClearing = false;
  }

  private async _markRead(): Promise<void> {
    let id: number;
    try {
      do {
        id = this._readUpTo;
        await this._chat._nodes._retrying(
          () => this._chat.request("POST", this._path + "read", { messageId: id }),
          () => false,
        );
      } while (id !== this._readUpTo);
    } catch (e) {
      this._readUpTo = 0;
      throw e;
    } finally {
      this._reading = undefined;
    }
  }
}
