import type { ChatClient } from "./chat.ts";
import type { RoomChange } from "./api.ts";
import type { WireEvent } from "./wire.ts";

/** Who types, who is present, and how far others have read: events that may be lost and are part of no position. */
export class People {
  readonly _readers = new Map<string, number>();
  private _movedAt = new Map<string, string>();
  private _typing = new Map<string, unknown>();
  private _present = new Set<string>();
  /** Events that came while the list was being read. */
  private _queue?: WireEvent[];
  private _isStale = false;
  private _typedAt = -Infinity;

  constructor(
    private _chat: ChatClient,
    private _path: string,
    private _emit: (change: RoomChange) => void,
  ) {}

  get _typingUsers(): string[] {
    return [...this._typing.keys()];
  }

  get _presentUsers(): string[] {
    return [...this._present];
  }

  _type(): void {
    const now = this._chat._waits._clock.now();
    if (now - this._typedAt < 3000) return;
    this._typedAt = now;
    this._chat.request("POST", this._path + "typing").catch(() => {});
  }

  /** Returns whether it was an event of this kind. */
  _event(event: WireEvent): boolean {
    const { kind, messageId, movedAt } = event;
    const user = event.user!;
    if (kind === "typing") {
      if (user === this._chat.user) return true;
      const { _clock } = this._chat._waits;
      _clock.clearTimeout(this._typing.get(user));
      // From the moment of arrival: the clocks of browsers are wrong.
      const ms = 1000 * event.duration.split(":").reduce((sum, part) => sum * 60 + +part, 0);
      this._typing.set(user, _clock.setTimeout(() => this._typed(user), ms));
    } else if (kind === "entered" || kind === "left") {
      this._queue?.push(event);
      if (kind === "left") this._present.delete(user);
      else this._present.add(user);
    } else if (kind === "readMarkerMoved") {
      // As text: these times have µs, which Date would cut off.
      if (user === this._chat.user || movedAt < (this._movedAt.get(user) ?? "")) return true;
      this._movedAt.set(user, movedAt);
      this._readers.set(user, messageId);
    } else return kind === "presenceChanged" || kind === "heartbeat";
    this._emit({ kind });
    return true;
  }

  /** The user has sent what was being typed, or stopped. */
  _typed(user: string): void {
    this._chat._waits._clock.clearTimeout(this._typing.get(user));
    if (this._typing.delete(user)) this._emit({ kind: "typing" });
  }

  /** Reads the list of users, again if it changes meanwhile. */
  async _list(isOver: () => boolean): Promise<void> {
    this._isStale = true;
    if (this._queue) return;
    try {
      while (this._isStale && !isOver()) {
        this._isStale = false;
        this._queue = [];
        const users = new Set<string>();
        let cursor = "";
        do {
          const page = await this._chat._get<{ users: string[]; cursor?: string }>(`${this._path}presence?limit=100${cursor && "&cursor=" + encodeURIComponent(cursor)}`, isOver);
          for (const user of page.users) users.add(user);
          cursor = page.cursor ?? "";
        } while (cursor);
        this._present = users;
        for (const event of this._queue.splice(0)) this._event(event);
        this._emit({ kind: "present" });
      }
    } catch {
      // Presence is not worth an error: the room works without it.
    }
    this._queue = undefined;
  }

  _clear(): void {
    for (const user of this._typingUsers) this._typed(user);
    this._present.clear();
  }
}
