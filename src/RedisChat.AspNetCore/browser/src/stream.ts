import type { ChatError, ChatState } from "./api.ts";
import { backoff, type Waits } from "./clock.ts";
import type { Nodes } from "./nodes.ts";
import { isBehind, parse } from "./position.ts";
import { frames } from "./sse.ts";
import type { Frame, Want } from "./wire.ts";

/** The server writes at least every 15 s. */
const silence = 40_000;
const headersWithin = 15_000;

/** One event stream for the rooms of all tabs. Over fetch: an EventSource stays with a dead node, sends no headers, and never notices silence. */
export class Stream {
  _state: ChatState = "connecting";
  private _tabs = new Map<string, Want>();
  /** The rooms that are wanted, and whether the user is present there. */
  private _rooms = new Map<string, boolean>();
  /** The same, as the server knows it. */
  private _served = new Map<string, boolean>();
  /** The position up to which everything in a room has been reported. */
  private _positions = new Map<string, string>();
  private _wantsInbox = false;
  private _hasInbox = false;
  private _id?: string;
  private _node = 0;
  private _abort?: AbortController;
  private _isSyncing = false;
  private _isRestarting = false;
  private _failures = 0;
  private _isRunning = false;
  private _isClosed = false;

  constructor(
    private _nodes: Nodes,
    private _waits: Waits,
    private _report: (frame: Frame) => void,
    private _changed: (state: ChatState) => void,
  ) {}

  /** Sets what a tab follows; nothing if it is gone. */
  _want(tab: string, want?: Want): void {
    const before = this._tabs.get(tab)?.rooms.map(([room]) => room);
    let restart = false;
    for (const [room, after] of want?.rooms ?? []) {
      // Later announcements of a room are older than the frames that are on their way to the tab.
      if (before?.includes(room)) continue;
      const reached = this._positions.get(room);
      const behind = !!reached && isBehind(parse(after), parse(reached));
      // The tab lacks frames that were reported before it listened. They come again only in a new stream, where no late frame of the old one can precede them.
      restart ||= behind;
      if (behind || !this._rooms.has(room)) this._positions.set(room, after);
    }
    if (want) this._tabs.set(tab, want);
    else this._tabs.delete(tab);
    this._rooms.clear();
    this._wantsInbox = false;
    for (const { rooms, inbox } of this._tabs.values()) {
      this._wantsInbox ||= inbox;
      for (const [room, , present] of rooms) this._rooms.set(room, present || !!this._rooms.get(room));
    }
    if (restart) this._restart();
    if (this._isRunning) this._sync();
    else if (this._rooms.size || this._wantsInbox) this._run();
  }

  _knows(tab: string): boolean {
    return this._tabs.has(tab);
  }

  /** The browser is online again: a connection from before is worth nothing, and there is no reason to wait. */
  _online(): void {
    this._failures = 0;
    this._restart();
  }

  /** Connects again at once. */
  _restart(): void {
    this._isRestarting = true;
    this._id = undefined;
    this._abort?.abort();
  }

  _close(): void {
    this._isClosed = true;
    this._abort?.abort();
  }

  private _set(state: ChatState): void {
    if (this._state === state || this._isClosed) return;
    this._state = state;
    this._changed(state);
  }

  private async _run(): Promise<void> {
    this._isRunning = true;
    while (!this._isClosed) {
      const started = this._waits._clock.now();
      const node = (this._node = this._nodes._current);
      let end: { retry: boolean } | undefined;
      this._isRestarting = false;
      try {
        end = await this._connect();
      } catch (e) {
        const { status } = e as ChatError;
        if (status === 401 || status === 403) end = { retry: false };
      }
      this._id = undefined;
      if (this._isClosed) return;
      if (end?.retry === false) return this._set("ended");
      // A stream that worked for a while gets a fresh start; one that ends as soon as it began must not be opened in a tight loop.
      if (this._state === "online" && this._waits._clock.now() - started > 5000) this._failures = 0;
      const now = this._failures === 0 && (end || this._isRestarting);
      this._set(now ? "connecting" : "offline");
      if (!this._isRestarting) this._nodes._failed(node);
      const attempt = this._failures++;
      if (!now) await this._waits._sleep(backoff(attempt));
    }
  }

  private async _connect(): Promise<{ retry: boolean } | undefined> {
    const abort = (this._abort = new AbortController());
    const clock = this._waits._clock;
    let timer: unknown;
    const watch = (ms: number) => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => abort.abort(), ms);
    };
    let end: { retry: boolean } | undefined;
    watch(headersWithin);
    this._served = new Map(this._rooms);
    for (const room of [...this._positions.keys()]) if (!this._rooms.has(room)) this._positions.delete(room);
    this._hasInbox = this._wantsInbox;
    try {
      const body = { rooms: [...this._rooms.keys()].map((room) => this._add(room)), inbox: this._hasInbox };
      const response = await this._nodes._fetch(this._node, "POST", "stream", body, { signal: abort.signal, headers: { accept: "text/event-stream" } });
      const reader = response.body!.getReader();
      const decoder = new TextDecoder();
      const feed = frames((event, data, id) => {
        if (abort.signal.aborted || end) return;
        const value = JSON.parse(data);
        if (event === "end") end = value;
        else this._frame(event, value, id);
      });
      while (!end) {
        const { done, value } = await reader.read();
        if (done) break;
        watch(silence);
        feed(decoder.decode(value, { stream: true }));
      }
      return end;
    } finally {
      clock.clearTimeout(timer);
      abort.abort();
    }
  }

  private _add(room: string): object {
    return { room, after: this._positions.get(room), present: this._rooms.get(room) };
  }

  private _frame(event: string, data: any, id: string): void {
    const { room } = data;
    const before = this._positions.get(room);
    if (event === "opened") {
      this._id = data.stream;
      this._set("online");
    }
    if (event === "failed" || data.event?.kind === "roomDeleted") {
      for (const tab of this._tabs.values()) tab.rooms = tab.rooms.filter(([other]) => other !== room);
      this._rooms.delete(room);
      this._served.delete(room);
      this._positions.delete(room);
    } else if (data.event?.kind === "gap") {
      // Everyone loads the room again, which is at this position or after it.
      this._positions.set(room, data.event.position);
    } else if (id && (!before || isBehind(parse(before), parse(id)))) {
      this._positions.set(room, id);
    }
    this._report([event, data, before]);
    if (event === "opened") this._sync();
  }

  /** Tells the server which rooms were opened and closed since. */
  private async _sync(): Promise<void> {
    const id = this._id;
    if (!id || this._isSyncing) return;
    this._isSyncing = true;
    try {
      while (this._id === id) {
        if (this._wantsInbox && !this._hasInbox) {
          this._restart();
          break;
        }
        const remove = [...this._served].filter(([room, present]) => this._rooms.get(room) !== present).map(([room]) => room);
        const add = [...this._rooms].filter(([room]) => !this._served.has(room)).map(([room]) => this._add(room));
        if (!remove.length && !add.length) break;
        // A room whose presence changed is removed first and added in the next round, from the position that it has reached by then.
        for (const room of remove) this._served.delete(room);
        for (const [room, present] of this._rooms) if (!remove.includes(room)) this._served.set(room, present);
        await (await this._nodes._fetch(this._node, "POST", "stream/" + encodeURIComponent(id), { add, remove }, { signal: this._abort!.signal })).text();
      }
    } catch {
      // Whatever it was (the stream is on another node, or has ended): a new stream has all rooms.
      if (this._id === id) this._restart();
    }
    this._isSyncing = false;
    if (this._id !== id) this._sync();
  }
}
