import { ChatError, type Clock, type ConnectOptions } from "./api.ts";
import type { WireReceipt } from "./wire.ts";

/** Errors after which the next node, or the same one later, may succeed. 0 is no answer. */
const transient = [0, 429, 502, 503, 504];

export type Problem = ChatError & { receipts?: WireReceipt[] };

const browser: Clock = {
  now: () => Date.now(),
  setTimeout: (f, ms) => setTimeout(f, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** Exponential, 250 ms to 10 s, with full jitter: after a restart, a thousand clients do not come back at the same moment. */
export const backoff = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);

export const nothing = (): void => {};

const never = () => false;

export type Core = ReturnType<typeof createCore>;

/** What the parts of a chat share: the equal nodes, requests to them, and time. */
export function createCore(base: string | string[], { token, fetch = globalThis.fetch, clock = browser }: ConnectOptions) {
  const page = globalThis.location;
  const bases = [base].flat().map((url) => new URL(url.replace(/\/*$/, "/"), page?.href).href);
  if (!bases.length) throw new TypeError("Name at least one base URL.");
  const sleepers = new Map<() => void, boolean>();

  const core = {
    _bases: bases,
    _clock: clock,
    /** The index of the node to use. */
    _node: 0,
    _isClosed: false,
    _user: undefined as string | undefined,
    /** Resolves when the user is known. */
    _ready: undefined! as Promise<void>,
    /** What is to be followed has changed. */
    _sync: nothing,

    /** Waits; less if the browser is online again, unless the server asked for the wait. */
    _sleep: (ms: number, isFixed = false) =>
      new Promise<void>((resolve) => {
        const wake = () => {
          clock.clearTimeout(timer);
          sleepers.delete(wake);
          resolve();
        };
        const timer = clock.setTimeout(wake, ms);
        sleepers.set(wake, isFixed);
      }),

    _wake(all?: boolean) {
      for (const [wake, isFixed] of sleepers) if (all || !isFixed) wake();
    },

    /** Moves on to the next node, unless another request has already done so. */
    _failed(node: number) {
      if (core._node === node) core._node = (node + 1) % bases.length;
    },

    /** One request to one node. */
    async _fetch<T>(node: number, method: string, path: string, body?: unknown, init: RequestInit = {}, read?: (response: Response) => T | Promise<T>): Promise<T> {
      let problem: object;
      try {
        const headers = new Headers(init.headers);
        const bearer = typeof token === "function" ? await token() : token;
        if (bearer) headers.set("authorization", "Bearer " + bearer);
        if (body !== undefined) headers.set("content-type", "application/json");
        const response = await fetch(bases[node] + path, {
          credentials: token || !page || new URL(bases[node]).origin === page.origin ? "same-origin" : "include",
          ...init,
          method,
          headers,
          body: JSON.stringify(body),
        });
        const { ok, status, headers: answer } = response;
        if (ok && read) return await read(response);
        const text = await response.text();
        // What is not JSON is the page of a hotel's network.
        if (ok) return (text ? JSON.parse(text) : undefined) as T;
        problem = { title: response.statusText, retryAfter: +answer.get("retry-after")! || undefined };
        try {
          problem = { ...problem, ...JSON.parse(text) };
        } catch {}
        problem = { ...problem, status };
      } catch (cause) {
        problem = { code: "network", detail: "No answer from the chat.", cause };
      }
      throw new ChatError(problem);
    },

    /** A request to the current node, and to the others if it is down. */
    async _request<T>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
      for (let left = bases.length; ; ) {
        const node = core._node;
        try {
          // A node that lost its network does not refuse connections: it just never answers.
          return await core._fetch(node, method, path, body, { signal: AbortSignal.timeout(30_000), ...init });
        } catch (e) {
          const { status } = e as ChatError;
          if (init.signal?.aborted || status === 429 || !transient.includes(status)) throw e;
          core._failed(node);
          // Without an answer, it may have happened: a second POST, or a second counted reaction, would happen twice.
          if (!--left || core._isClosed || (status !== 503 && (status === 504 || method === "POST" || path.includes("/reactions/")))) throw e;
        }
      }
    },

    /** Repeats until it is answered, through a tunnel if need be, or until nobody wants the answer. */
    async _retrying<T>(call: () => Promise<T>, isOver: () => unknown = never): Promise<T> {
      for (let attempt = 0; ; attempt++) {
        try {
          return await call();
        } catch (e) {
          const { status, retryAfter } = e as ChatError;
          const ends = () => core._isClosed || isOver();
          if (ends() || !transient.includes(status)) throw e;
          await core._sleep(retryAfter ? retryAfter * 1000 + backoff(0) : backoff(attempt), !!retryAfter);
          if (ends()) throw e;
        }
      }
    },

    _get: <T>(path: string, isOver?: () => unknown) => core._retrying(() => core._request<T>("GET", path), isOver),
  };
  return core;
}
