import { ChatError, type ChatMessage, type RoomChange } from "./api.ts";
import type { ChatClient } from "./chat.ts";
import type { History } from "./history.ts";
import type { Problem } from "./nodes.ts";
import { parse, start } from "./position.ts";
import type { WireMessage, WireReceipt } from "./wire.ts";

interface Pending {
  _message: ChatMessage;
  /** The id of the event that probably, or by its key certainly, is this message. */
  _bound?: number;
  _isCertain?: boolean;
  /** The last id seen before the first attempt: earlier messages are others. */
  _after?: number;
  /** An attempt without an answer may have stored it. */
  _isInDoubt?: boolean;
  _isOver?: boolean;
  _promise: Promise<ChatMessage>;
  _resolve: (message: ChatMessage) => void;
  _reject: (error: ChatError) => void;
}

/** The own messages of a room that are not stored yet, sent one after the other. */
export class Outbox {
  private _list: Pending[] = [];
  private _sending?: Pending;

  constructor(
    private _chat: ChatClient,
    private _path: string,
    private _history: History,
    /** Runs when the room is not just being reloaded. */
    private _do: (f: () => void) => void,
    private _emit: (change: RoomChange) => void,
  ) {}

  get _shown(): ChatMessage[] {
    return this._list.filter(({ _bound }) => _bound === undefined).map(({ _message }) => _message);
  }

  _send(text: string, metadata: Record<string, string> = {}): Promise<ChatMessage> {
    const timestamp = new Date(this._chat._waits._clock.now()).toISOString();
    const key = crypto.randomUUID();
    const pending = {
      _message: { id: undefined, key, user: this._chat.user ?? "", text, timestamp, version: 0, metadata, reactions: [], pending: true },
    } as unknown as Pending;
    this._list.push(pending);
    return this._begin(pending);
  }

  _retry({ key }: ChatMessage): Promise<ChatMessage> {
    const pending = this._list.find(({ _message }) => _message.key === key);
    if (!pending) return Promise.reject(new ChatError({ code: "not-found", detail: "This message is not among the unsent ones." }));
    if (!pending._message.error) return pending._promise;
    pending._message = { ...pending._message, pending: true, error: undefined };
    return this._begin(pending);
  }

  _discard({ key }: ChatMessage): void {
    const pending = this._list.find(({ _message }) => _message.key === key);
    if (!pending) return;
    this._end(pending);
    this._unbind(pending);
    pending._reject(new ChatError({ code: "discarded" }));
    this._emit({ kind: "discarded", message: pending._message });
  }

  /**
   * The event of a send often overtakes the answer. Finds the message in flight that this one of the same user probably is, and shows it as that one; the answer decides.
   * A filter may have replaced the text, so an event with another text counts too, until one with the same text comes.
   */
  _claim(message: WireMessage, isEvent: boolean): void {
    const { id, text, idempotencyKey } = message;
    if (message.user !== this._chat.user || this._history._keys.has(id)) return;
    let pending = this._list.find(({ _message }) => idempotencyKey?.endsWith(_message.key));
    const isCertain = !!pending;
    if (!pending && !idempotencyKey) {
      pending = this._sending;
      if (!pending || pending._after! >= id) return;
      const isSame = text === pending._message.text;
      if (!isSame && (!isEvent || pending._bound !== undefined)) return;
      if (pending._bound !== undefined && this._history._get(pending._bound)?.text === text) return;
    }
    if (!pending || pending._isCertain) return;
    this._unbind(pending);
    pending._bound = id;
    pending._isCertain = isCertain;
    this._history._rename(id, pending._message.key);
  }

  /** The history is replaced: what was bound is looked for in the new one. */
  _reset(): void {
    for (const pending of this._list) {
      pending._bound = undefined;
      pending._isCertain = false;
    }
  }

  private _begin(pending: Pending): Promise<ChatMessage> {
    pending._promise = new Promise((resolve, reject) => {
      pending._resolve = resolve;
      pending._reject = reject;
    });
    // The error is on the message: an application that shows it need not await the promise.
    pending._promise.catch(() => {});
    this._emit({ kind: "sending", message: pending._message });
    this._pump();
    return pending._promise;
  }

  private async _pump(): Promise<void> {
    if (this._sending) return;
    while ((this._sending = this._list.find(({ _message, _isOver }) => !_message.error && !_isOver))) {
      const pending = this._sending;
      pending._after ??= this._history._seen._id;
      try {
        await this._chat._ready;
        const receipt = await this._chat._nodes._retrying(() => this._post(pending), () => !!pending._isOver);
        const { id, timestamp } = receipt;
        pending._isOver = true;
        this._do(() => this._stored(pending, receipt));
        pending._resolve(this._history._get(id) ?? { ...pending._message, id, timestamp, pending: false });
      } catch (e) {
        if (pending._isOver) continue;
        if (pending._bound !== undefined && (pending._isCertain || pending._isInDoubt)) {
          // An attempt without an answer was stored, and its event came.
          this._end(pending);
          pending._resolve(this._history._get(pending._bound) ?? pending._message);
          continue;
        }
        const error = e as ChatError;
        this._unbind(pending);
        pending._message = { ...pending._message, pending: false, error };
        pending._reject(error);
        this._emit({ kind: "refused", message: pending._message });
      }
    }
  }

  private async _post(pending: Pending): Promise<WireReceipt> {
    const { text, metadata, key } = pending._message;
    try {
      return await this._chat.request("POST", this._path + "messages", { text, metadata, idempotencyKey: key });
    } catch (e) {
      const { status, code, _receipts } = e as Problem;
      if (code === "not-confirmed" && _receipts?.length) return _receipts[0];
      pending._isInDoubt ||= !status || status === 502 || status === 504;
      throw e;
    }
  }

  private _stored(pending: Pending, { id, timestamp, position }: WireReceipt): void {
    if (pending._bound !== id) this._unbind(pending);
    for (const other of this._list) if (other !== pending && other._bound === id) other._bound = undefined;
    this._end(pending);
    const history = this._history;
    // An answer from before the room was created again: its id belongs to another message now.
    if (history._seen._token !== start && parse(position)._epoch !== history._seen._epoch) return this._emit({ kind: "sent" });
    history._sent({ ...pending._message, id, timestamp, pending: false });
    this._emit({ kind: "sent", message: history._get(id) });
  }

  private _unbind(pending: Pending): void {
    if (pending._bound !== undefined) this._history._rename(pending._bound);
    pending._bound = undefined;
  }

  private _end(pending: Pending): void {
    pending._isOver = true;
    this._list = this._list.filter((other) => other !== pending);
  }
}
