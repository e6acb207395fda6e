import type { Chat, ChatError, ChatState, ConnectOptions } from "./api.ts";
import { Waits } from "./clock.ts";
import { Emitter } from "./emitter.ts";
import { InboxClient } from "./inbox.ts";
import { Link } from "./link.ts";
import { Nodes } from "./nodes.ts";
import { RoomClient } from "./room.ts";
import type { Frame, Want } from "./wire.ts";

export class ChatClient implements Chat {
  state: ChatState = "connecting";
  user: string | undefined;
  readonly inbox = new InboxClient(this);
  readonly _waits: Waits;
  readonly _nodes: Nodes;
  /** Resolves when the user is known. */
  readonly _ready: Promise<void>;
  private _rooms = new Map<string, RoomClient>();
  private _states = new Emitter<ChatState>();
  private _link?: Link;

  constructor(base: string | string[], private _options: ConnectOptions) {
    this._waits = new Waits(_options.clock);
    this._nodes = new Nodes(base, _options, this._waits);
    this._ready = this._begin();
    this._ready.catch(() => {});
    for (const [event, f] of this._listeners) globalThis.addEventListener?.(event, f);
  }

  room(id: string): RoomClient {
    let room = this._rooms.get(id);
    if (!room) this._rooms.set(id, (room = new RoomClient(this, id)));
    return room;
  }

  request<T>(method: string, path: string, body?: unknown, init?: RequestInit): Promise<T> {
    return this._nodes._request(method, path, body, init);
  }

  on(_event: "state", f: (state: ChatState) => void): () => void {
    return this._states._on(f);
  }

  close(): void {
    for (const [event, f] of this._listeners) globalThis.removeEventListener?.(event, f);
    this._nodes._isClosed = true;
    this._link?._close();
    this._link = undefined;
    this.inbox._isOpen = false;
    for (const room of this._rooms.values()) room.close();
    this._waits._wake(true);
    this._set("ended");
  }

  /** Reads, through a tunnel if need be. */
  _get<T>(path: string, isOver: () => boolean): Promise<T> {
    return this._nodes._retrying(() => this.request<T>("GET", path), isOver);
  }

  /** What is to be followed has changed. */
  _sync(): void {
    this._link?._want();
  }

  private readonly _listeners: [string, (event: any) => void][] = [
    [
      "online",
      () => {
        this._link?._online();
        this._waits._wake();
      },
    ],
    // A page with an open stream or a lock cannot be kept in the back/forward cache, and a frozen leader would leave the other tabs without events.
    ["pagehide", ({ persisted }: PageTransitionEvent) => persisted && this._unlink()],
    ["pageshow", ({ persisted }: PageTransitionEvent) => persisted && this._resume()],
  ];

  private async _begin(): Promise<void> {
    try {
      const me = await this._nodes._retrying(
        () =>
          this.request<{ user: string }>("GET", "me").catch((e: ChatError) => {
            if (!this._nodes._isClosed) this._set("offline");
            throw e;
          }),
        () => false,
      );
      this.user = me.user;
    } catch (e) {
      this._set("ended");
      throw e;
    }
    if (!this._nodes._isClosed) this._connect();
  }

  private _connect(): void {
    const { share = true } = this._options;
    // Two users in one browser must not share a stream.
    const name = share ? JSON.stringify(["redischat", this._nodes._bases, this.user]) : undefined;
    const { _waits } = this;
    this._link = new Link(
      this._nodes,
      _waits,
      name,
      () => this._wanted(),
      (frame) => this._frame(frame),
      (state) => this._set(state),
    );
  }

  private _unlink(): void {
    this._link?._close();
    this._link = undefined;
  }

  private _resume(): void {
    if (!this.user || this._link || this.state === "ended") return;
    this._set("connecting");
    this._connect();
    for (const room of this._rooms.values()) if (room._isLive) room._listPresent();
    this.inbox._list().catch(() => {});
  }

  private _wanted(): Want {
    const rooms = [...this._rooms.values()].filter(({ _isLive }) => _isLive);
    return { rooms: rooms.map(({ id, _position, _presence }) => [id, _position, _presence]), inbox: this.inbox._isOpen };
  }

  private _frame([event, data, before]: Frame): void {
    if (event === "opened") this.inbox._list().catch(() => {});
    else if (event === "inbox") this.inbox._change(data);
    else if (event === "failed") this._rooms.get(data.room)?._failed(data);
    else if (data.event) this._rooms.get(data.room)?._event(data.event, before);
  }

  private _set(state: ChatState): void {
    if (this.state === state || this.state === "ended") return;
    this.state = state;
    if (state === "ended") this._unlink();
    this._states._emit(state);
  }
}
