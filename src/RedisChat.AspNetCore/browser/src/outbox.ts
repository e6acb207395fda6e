import { ChatError, type ChatMessage, type SendOptions } from "./api.ts";
import { type Core, nothing, type Problem } from "./core.ts";
import type { History } from "./history.ts";
import { lag } from "./position.ts";
import type { WireMessage, WireReceipt } from "./wire.ts";

interface Pending {
  _message: ChatMessage;
  _options?: SendOptions;
  /** The id of the stored message with this one's key. */
  _bound?: number;
  _isOver?: boolean;
  _promise: Promise<ChatMessage>;
  _resolve: (message: ChatMessage) => void;
  _reject: (error: unknown) => void;
}

/**
 * The own messages of a room that are not stored yet, sent one after the other.
 * @param later Runs something when the room is not just being loaded.
 */
export function createOutbox(core: Core, path: string, history: History, later: (f: () => void) => void, emit: (kind: string, message?: ChatMessage) => void) {
  let list: Pending[] = [];
  let sending: Pending | undefined;

  const find = ({ key }: ChatMessage) => list.find(({ _message }) => _message.key === key);

  function bind(pending: Pending, id?: number) {
    if (pending._bound && pending._bound !== id) history._rename(pending._bound);
    pending._bound = id;
  }

  function end(pending: Pending) {
    pending._isOver = true;
    list = list.filter((other) => other !== pending);
  }

  function begin(pending: Pending) {
    pending._promise = new Promise((resolve, reject) => {
      pending._resolve = resolve;
      pending._reject = reject;
    });
    // The error is on the message: an application that shows it need not await the promise.
    pending._promise.catch(nothing);
    emit("sending", pending._message);
    if (!sending) pump();
    return pending._promise;
  }

  async function pump() {
    while ((sending = list.find(({ _message, _isOver }) => !_message.error && !_isOver))) {
      const pending = sending;
      try {
        await core._ready;
        const receipt = await core._retrying(
          () => post(pending),
          () => pending._isOver,
        );
        const message = { ...pending._message, id: receipt.id, timestamp: receipt.timestamp, pending: false };
        pending._isOver = true;
        history._keys.set(receipt.id, message.key);
        later(() => stored(pending, receipt, message));
        pending._resolve(history._find(receipt.id) ?? message);
      } catch (e) {
        if (pending._isOver) continue;
        const known = pending._bound && history._find(pending._bound);
        if (known) {
          // An attempt without an answer was stored, and its event came.
          end(pending);
          pending._resolve(known);
          continue;
        }
        bind(pending);
        pending._message = { ...pending._message, pending: false, error: e as ChatError };
        pending._reject(e);
        emit("refused", pending._message);
      }
    }
  }

  async function post(pending: Pending): Promise<WireReceipt> {
    const { text, metadata, key } = pending._message;
    try {
      if (core._isClosed) throw new ChatError({ code: "network" });
      return await core._request("POST", path + "messages", { ...pending._options, text, metadata, idempotencyKey: key });
    } catch (e) {
      const { code, receipts } = e as Problem;
      if (code === "not-confirmed" && receipts?.[0]) return receipts[0];
      throw e;
    }
  }

  function stored(pending: Pending, { id, position }: WireReceipt, message: ChatMessage) {
    bind(pending, id);
    end(pending);
    // An answer from before the room was created again has an id that belongs to another message now.
    if (lag(position, history._seen) < 2) history._sent(id, message);
    emit("sent", history._find(id));
  }

  return {
    _shown: () => list.filter(({ _bound }) => !_bound).map(({ _message }) => _message),

    _send(text: string, metadata: Record<string, string> = {}, options?: SendOptions) {
      const timestamp = new Date().toISOString();
      const key = options?.idempotencyKey ?? crypto.randomUUID();
      const pending = { _options: options, _message: { ...options, id: undefined, key, user: core._user ?? "", text, timestamp, version: 0, metadata, reactions: [], pending: true } } as unknown as Pending;
      list.push(pending);
      return begin(pending);
    },

    async _retry(message: ChatMessage) {
      const pending = find(message);
      if (!pending?._message.error) return pending?._promise ?? message;
      pending._message = { ...pending._message, pending: true, error: undefined };
      return begin(pending);
    },

    _discard(message: ChatMessage) {
      const pending = find(message);
      if (!pending) return;
      end(pending);
      bind(pending);
      core._wake();
      pending._reject(new ChatError({ code: "discarded" }));
      emit("discarded", pending._message);
    },

    /** The history is replaced: what was bound is looked for in the new one. */
    _reset() {
      for (const pending of list) pending._bound = undefined;
    },

    /** What waited for the room to be loaded never runs: a message that is stored is no longer shown as one being sent. */
    _forget() {
      list = list.filter(({ _isOver }) => !_isOver);
    },

    /**
     * The event of a send often overtakes the answer. Shows a stored message as the one in flight with its key; the answer decides. Never by its text: the user may
     * have written the same on another device.
     */
    _claim({ id, user, idempotencyKey }: WireMessage) {
      const pending = user === core._user && list.find(({ _message }) => _message.key === idempotencyKey);
      if (!pending) return;
      bind(pending, id);
      history._rename(id, idempotencyKey);
    },
  };
}
