import type { ChatState } from "./api.ts";
import type { Waits } from "./clock.ts";
import type { Nodes } from "./nodes.ts";
import { Stream } from "./stream.ts";
import type { Frame, Want } from "./wire.ts";

type Note =
  /** A tab follows this; nothing if it closes. */
  | ["want", tab: string, want?: Want]
  /** A new leader asks all tabs for what they follow. */
  | ["leads"]
  | ["frame", Frame]
  | ["state", ChatState];

/**
 * One stream for all tabs of a user. The tab that holds a Web Lock has the stream and passes its frames on; when it closes or crashes, the browser gives the lock to
 * the next tab. Where browsers lack this, each tab has its own stream.
 */
export class Link {
  private _tab = crypto.randomUUID();
  private _stop = new AbortController();
  private _channel?: BroadcastChannel;
  private _stream?: Stream;
  private _release!: () => void;
  private _held = new Promise<void>((resolve) => (this._release = resolve));

  /** @param _name Of lock and channel: different for each chat and user. */
  constructor(
    private _nodes: Nodes,
    private _waits: Waits,
    private _name: string | undefined,
    private _wanted: () => Want,
    private _report: (frame: Frame) => void,
    private _changed: (state: ChatState) => void,
  ) {
    const locks = globalThis.navigator?.locks;
    try {
      if (!_name || !locks) throw 0;
      this._channel = new BroadcastChannel(_name);
    } catch {
      this._lead();
      return;
    }
    this._channel.onmessage = ({ data }) => this._hear(data);
    // By this lock the leader notices that the tab has crashed.
    this._hold(_name + this._tab, () => {});
    this._hold(_name, () => this._lead());
    this._want();
  }

  /** What the tab follows has changed. */
  _want(): void {
    if (this._stream) this._stream._want(this._tab, this._wanted());
    else this._post(["want", this._tab, this._wanted()]);
  }

  _online(): void {
    this._stream?._online();
  }

  _close(): void {
    this._stop.abort();
    this._stream?._close();
    this._post(["want", this._tab]);
    this._channel?.close();
    this._release();
  }

  private _hold(name: string, then: () => void): void {
    navigator.locks
      .request(name, { signal: this._stop.signal }, () => {
        if (this._stop.signal.aborted) return;
        then();
        return this._held;
      })
      .catch(() => {
        // Aborted by close; or the page may not use locks, for example in a sandboxed frame.
        if (!this._stop.signal.aborted && name === this._name) this._lead();
      });
  }

  private _lead(): void {
    this._stream = new Stream(
      this._nodes,
      this._waits,
      (frame) => {
        this._post(["frame", frame]);
        this._report(frame);
      },
      (state) => {
        this._post(["state", state]);
        this._changed(state);
      },
    );
    this._post(["leads"]);
    this._want();
  }

  private _post(note: Note): void {
    this._channel?.postMessage(note);
  }

  private _hear([kind, value, want]: Note): void {
    const stream = this._stream;
    if (this._stop.signal.aborted) return;
    if (kind === "want" && stream) {
      if (want && !stream._knows(value)) {
        navigator.locks.request(this._name + value, { signal: this._stop.signal }, () => stream._want(value)).catch(() => {});
      }
      stream._want(value, want);
      this._post(["state", stream._state]);
    } else if (stream) return;
    else if (kind === "leads") this._want();
    else if (kind === "frame") this._report(value);
    else if (kind === "state") this._changed(value);
  }
}
