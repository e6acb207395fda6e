import { ChatError, type ConnectOptions } from "./api.ts";
import type { WireReceipt } from "./wire.ts";

/** Errors after which the next node, or the same one later, may succeed. 0 is no answer. */
const transient = [0, 429, 502, 503, 504];

export type Problem = ChatError & { receipts?: WireReceipt[] };

/** Exponential, 250 ms to 10 s, with full jitter: after a restart, a thousand clients do not come back at the same moment. */
const backoff = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);

export const nothing = (): void => {};

export type Core = ReturnType<typeof createCore>;

/** What the parts of a chat share: the equal nodes, requests to them, and time. */
export function createCore(base: string | string[], options: ConnectOptions) {
  const {
    token,
    fetch: call = fetch,
    timer = (f: () => void, ms: number) => {
      const timeout = setTimeout(f, ms);
      return () => clearTimeout(timeout);
    },
  } = options;
  const bases = [base].flat().map((url) => new URL(url.replace(/\/?$/, "/"), globalThis.location?.href).href);
  // Throws if there is none.
  new URL(bases[0]);
  /** How to wake each, and whether that is due. */
  const sleepers = new Map<() => void, () => unknown>();

  const core = {
    _bases: bases,
    _wants: options.stream,
    _timer: timer,
    /** The index of the node to use. */
    _node: 0,
    _isClosed: false,
    _user: undefined as string | undefined,
    /** Resolves when the user is known. */
    _ready: undefined! as Promise<void>,
    /** What is to be followed has changed. */
    _sync: nothing,

    /** Waits, less if the browser is online again; or as long as the server asked for, less if nobody wants the answer. */
    _sleep: (attempt: number, seconds = 0, isOver?: () => unknown) =>
      new Promise<void>((resolve) => {
        const wake = () => {
          stop();
          sleepers.delete(wake);
          resolve();
        };
        const stop = timer(wake, backoff(attempt) + seconds * 1000);
        sleepers.set(wake, () => !seconds || core._isClosed || isOver?.());
      }),

    _wake() {
      for (const [wake, isDue] of sleepers) if (isDue()) wake();
    },

    /** Moves on to the next node. */
    _failed(node: number) {
      core._node = (node + 1) % bases.length;
    },

    /** One request to one node. */
    async _fetch<T>(node: number, method: string, path: string, body?: object, init: RequestInit = {}, read?: (response: Response) => Promise<T>): Promise<T> {
      let problem: any = { code: "network" };
      try {
        const bearer = typeof token === "function" ? await token() : token;
        const response = await call(bases[node] + path, {
          credentials: token ? "same-origin" : "include",
          ...init,
          method,
          headers: { ...(body && { "content-type": "application/json" }), ...(bearer && { authorization: "Bearer " + bearer }), ...init.headers },
          body: JSON.stringify(body),
        });
        if (response.ok && read) return await read(response);
        const text = await response.text();
        if (response.ok) return (text ? JSON.parse(text) : undefined) as T;
        problem = { status: response.status };
        problem = { ...problem, ...JSON.parse(text) };
      } catch {
        // No answer, or half of one, or the page of a hotel's network or of a proxy.
      }
      throw new ChatError(problem);
    },

    /** A request to the current node, and to the others if it is down. */
    async _request<T>(method: string, path: string, body?: object, init: RequestInit = {}): Promise<T> {
      for (let left = bases.length; ; ) {
        const node = core._node;
        try {
          // A node that lost its network does not refuse connections: it just never answers.
          return await core._fetch(node, method, path, body, { signal: AbortSignal.timeout(30_000), ...init });
        } catch (e) {
          const { status } = e as ChatError;
          if (!status || status > 500) core._failed(node);
          // Without an answer, it may have happened: a second POST, or a second counted reaction, would happen twice.
          if (!--left || (status !== 503 && ((status && status !== 502) || method === "POST" || path.includes("/reactions/")))) throw e;
        }
      }
    },

    /** Repeats until it is answered, through a tunnel if need be, or until nobody wants the answer. */
    async _retrying<T>(call: () => Promise<T>, isOver?: () => unknown): Promise<T> {
      for (let attempt = 0; ; ) {
        try {
          return await call();
        } catch (e) {
          const { status, retryAfter } = e as ChatError;
          if (transient.includes(status) && !core._isClosed) await core._sleep(attempt++, retryAfter, isOver);
          else throw e;
          if (core._isClosed || isOver?.()) throw e;
        }
      }
    },

    _get: <T>(path: string, isOver?: () => unknown) => core._retrying(() => core._request<T>("GET", path), isOver),
  };
  return core;
}
