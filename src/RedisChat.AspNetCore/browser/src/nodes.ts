import { ChatError, type ConnectOptions } from "./api.ts";
import { backoff, type Waits } from "./clock.ts";
import type { WireReceipt } from "./wire.ts";

/** How long one request may take. A node that lost its network does not refuse connections: it just never answers. */
const requestTimeout = 30_000;

/** Errors after which the next node, or the same one later, may succeed. */
const transient = [0, 429, 502, 503, 504];

/** A problem that says what is stored all the same. */
export type Problem = ChatError & { _receipts?: WireReceipt[] };

/** The equal nodes of a chat, and requests to them. */
export class Nodes {
  readonly _bases: string[];
  _current = 0;
  _isClosed = false;

  constructor(base: string | string[], readonly _options: ConnectOptions, readonly _waits: Waits) {
    this._bases = [base].flat().map((url) => new URL(url.replace(/\/*$/, "/"), globalThis.location?.href).href);
    if (!this._bases.length) throw new TypeError("Name at least one base URL.");
  }

  /** Moves on to the next node, unless another request has already done so. */
  _failed(node: number): void {
    if (this._current === node) this._current = (node + 1) % this._bases.length;
  }

  /** One request to one node. */
  async _fetch(node: number, method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    const { token, fetch = globalThis.fetch } = this._options;
    const base = this._bases[node];
    try {
      const headers = new Headers(init.headers);
      const bearer = typeof token === "function" ? await token() : token;
      if (bearer) headers.set("authorization", "Bearer " + bearer);
      if (body !== undefined) headers.set("content-type", "application/json");
      response = await fetch(base + path, {
        credentials: token || !globalThis.location || new URL(base).origin === location.origin ? "same-origin" : "include",
        ...init,
        method,
        headers,
        body: JSON.stringify(body),
      });
    } catch (error) {
      throw network(error);
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const after = problem.retryAfter ?? (+response.headers.get("retry-after")! || undefined);
    const error: Problem = new ChatError({ title: response.statusText, ...problem, status: response.status, retryAfter: after });
    error._receipts = problem.receipts;
    throw error;
  }

  /** A request to the current node, and to the others if it is down. */
  async _request<T>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
    for (let left = this._bases.length; ; ) {
      const node = this._current;
      const abort = new AbortController();
      const stop = () => abort.abort();
      const timer = this._waits._clock.setTimeout(stop, requestTimeout);
      init.signal?.addEventListener("abort", stop);
      if (init.signal?.aborted) stop();
      try {
        const response = await this._fetch(node, method, path, body, { ...init, signal: abort.signal });
        try {
          const text = await response.text();
          return (text ? JSON.parse(text) : undefined) as T;
        } catch (error) {
          // Cut off, or the page of a hotel's network.
          throw network(error);
        }
      } catch (e) {
        const { status } = e as ChatError;
        if (init.signal?.aborted || status === 429 || !transient.includes(status)) throw e;
        this._failed(node);
        // Without an answer, it may have happened: a second POST, or a second counted reaction, would happen twice.
        if (!--left || this._isClosed || (status !== 503 && (status === 504 || method === "POST" || path.includes("/reactions/")))) throw e;
      } finally {
        this._waits._clock.clearTimeout(timer);
        init.signal?.removeEventListener("abort", stop);
      }
    }
  }

  /** Repeats until it is answered, through a tunnel if need be, or until nobody wants the answer. */
  async _retrying<T>(call: () => Promise<T>, isOver: () => boolean): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (e) {
        const { status, retryAfter } = e as ChatError;
        if (!transient.includes(status) || this._isClosed || isOver()) throw e;
        await this._waits._sleep(retryAfter ? retryAfter * 1000 + backoff(0) : backoff(attempt), !!retryAfter);
        if (this._isClosed || isOver()) throw e;
      }
    }
  }
}

function network(error: unknown): ChatError {
  const e = new ChatError({ code: "network", detail: "No answer from the chat." });
  e.cause = error;
  return e;
}
