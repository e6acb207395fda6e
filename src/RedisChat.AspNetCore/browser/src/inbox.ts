import type { Inbox, InboxRoom } from "./api.ts";
import type { ChatClient } from "./chat.ts";
import { Emitter } from "./emitter.ts";
import type { WireInboxChange } from "./wire.ts";

export class InboxClient implements Inbox {
  rooms: readonly InboxRoom[] = [];
  _isOpen = false;
  private _changes = new Emitter<void>();
  /** Changes while the list is being read. */
  private _queue?: WireInboxChange[];
  private _listing?: Promise<void>;
  private _isStale = false;

  constructor(private _chat: ChatClient) {}

  on(_event: "change", f: () => void): () => void {
    return this._changes._on(f);
  }

  async open(): Promise<void> {
    this._isOpen = true;
    await this._chat._ready;
    this._chat._sync();
    await this._list();
  }

  close(): void {
    this._isOpen = false;
    this._chat._sync();
  }

  /** The stream of an inbox has no positions: each time it begins, the list is read again. */
  _list(): Promise<void> {
    this._isStale = true;
    return this._isOpen ? (this._listing ??= this._read()) : Promise.resolve();
  }

  _change(change: WireInboxChange): void {
    if (!this._isOpen) return;
    if (this._queue) {
      this._queue.push(change);
      return;
    }
    this._set([...this.rooms.filter(({ room }) => room !== change.room), ...(change.now ? [change.now] : [])]);
  }

  private async _read(): Promise<void> {
    const isOver = () => !this._isOpen;
    try {
      while (this._isStale && this._isOpen) {
        this._isStale = false;
        this._queue = [];
        let rooms: InboxRoom[] = [];
        let cursor = "";
        do {
          const page = await this._chat._get<{ rooms: InboxRoom[]; cursor?: string }>("inbox?limit=100" + (cursor && "&cursor=" + encodeURIComponent(cursor)), isOver);
          rooms = rooms.concat(page.rooms);
          cursor = page.cursor ?? "";
        } while (cursor);
        for (const { room, now } of this._queue) rooms = rooms.filter((other) => other.room !== room).concat(now ?? []);
        this._set(rooms);
      }
    } finally {
      this._queue = this._listing = undefined;
    }
  }

  private _set(rooms: InboxRoom[]): void {
    // Times are compared as text, which keeps their µs. A room that moved between two pages of the list is there twice.
    this.rooms = [...new Map(rooms.map((room) => [room.room, room])).values()]
      .filter(({ isHidden }) => !isHidden)
      .sort(({ lastActivity: a = "" }, { lastActivity: b = "" }) => (a < b ? 1 : a > b ? -1 : 0));
    this._changes._emit();
  }
}
