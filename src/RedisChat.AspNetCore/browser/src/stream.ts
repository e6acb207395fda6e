import type { ChatError, ChatState } from "./api.ts";
import { type Core, nothing } from "./core.ts";
import { lag } from "./position.ts";
import { frames } from "./sse.ts";
import type { Frame, Want } from "./wire.ts";

/** The server writes at least every 15 s. */
const silence = 40_000;

interface End {
  retry: boolean;
}

export type Stream = ReturnType<typeof createStream>;

/** One event stream for the rooms of all tabs. Over fetch: an EventSource stays with a dead node, sends no headers, and never notices silence. */
export function createStream(core: Core, report: (frame: Frame) => void, changed: (state: ChatState) => void) {
  const tabs = new Map<string, Want>();
  /** The rooms that are wanted, and whether the user is present there. */
  let rooms = new Map<string, boolean>();
  /** The same, as the server knows it. */
  let served: typeof rooms;
  /** The position up to which everything in a room has been reported. */
  const positions = new Map<string, string>();
  let wantsInbox: boolean | undefined;
  let hasInbox: boolean | undefined;
  let id: string | undefined;
  let node: number;
  let abort: AbortController | undefined;
  /** Cancels the time after which the stream counts as one that works. */
  let worked = nothing;
  let syncing = Promise.resolve();
  let isRestarting = false;
  let isRunning = false;
  let isClosed = false;
  let failures = 0;

  function set(state: ChatState) {
    if (stream._state === state || isClosed) return;
    stream._state = state;
    changed(state);
  }

  /** Connects again at once. */
  function restart() {
    isRestarting = true;
    id = undefined;
    abort?.abort();
  }

  async function run() {
    isRunning = true;
    while (!isClosed) {
      let end: End | undefined;
      let retryAfter: number | undefined;
      node = core._node;
      isRestarting = false;
      try {
        end = await connect();
      } catch (e) {
        const problem = e as ChatError;
        if (problem.status === 401) end = { retry: false };
        ({ retryAfter } = problem);
      }
      id = undefined;
      if (end?.retry === false) return set("ended");
      const atOnce = isRestarting || (end && !failures);
      set(atOnce ? "connecting" : "offline");
      if (isRestarting) continue;
      core._failed(node);
      const attempt = failures++;
      if (!atOnce) await core._sleep(attempt, retryAfter);
    }
  }

  /** Returns the last frame, if the server sent one. */
  async function connect() {
    const controller = (abort = new AbortController());
    const { signal } = controller;
    let stop = nothing;
    const watch = () => {
      stop();
      stop = core._timer(() => controller.abort(), silence);
    };
    let end: End | undefined;
    watch();
    worked = nothing;
    served = new Map(rooms);
    hasInbox = wantsInbox;
    try {
      return await core._fetch(node, "POST", "stream", { ...core._wants, rooms: [...rooms.keys()].map(wish), inbox: hasInbox }, { signal }, async ({ body }) => {
        const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
        const feed = frames((event, data, position) => {
          if (signal.aborted || end) return;
          const value = JSON.parse(data);
          if (event === "end") end = value;
          else frame(event, value, position);
        });
        while (!end) {
          const { done, value } = await reader.read();
          if (done) break;
          watch();
          feed(value);
        }
        return end;
      });
    } finally {
      stop();
      worked();
      controller.abort();
    }
  }

  const wish = (room: string) => ({ room, after: positions.get(room), present: rooms.get(room) });

  function frame(event: string, data: any, position: string) {
    const { room, event: happened } = data;
    const before = positions.get(room);
    const isOpened = event === "opened";
    if (isOpened) {
      id = data.stream;
      set("online");
      // A stream that worked for a while gets a fresh start; one that ends as soon as it began must not be opened in a tight loop.
      worked = core._timer(() => {
        failures = 0;
      }, 5000);
    }
    if (event === "failed" || happened?.kind === "roomDeleted") {
      for (const map of [rooms, served, positions]) map.delete(room);
      // For all tabs, also one that crashed and never hears of it: what it wants would be added again, and fail again, without end.
      for (const want of tabs.values()) want.rooms = want.rooms.filter(([wanted]) => wanted !== room);
    } else {
      // After a gap, everyone loads the room again, which is at this position or after it.
      if (happened?.kind === "gap") positions.set(room, happened.position);
      if (position && (!before || lag(before, position))) positions.set(room, position);
    }
    report([event, data, position && before]);
    if (isOpened) sync();
  }

  /** Tells the server which rooms were opened and closed since. */
  const sync = () => {
    syncing = syncing.then(async () => {
      const current = id;
      if (!current) return;
      try {
        // A room whose presence changed is removed first and added in the next round, from the position that it has reached by then.
        const remove = [...served.keys()].filter((room) => rooms.get(room) !== served.get(room));
        const add = [...rooms.keys()].filter((room) => !served.has(room));
        // An inbox takes a new stream.
        if (wantsInbox && !hasInbox) throw 0;
        if (!remove.length && !add.length) return;
        for (const room of remove) served.delete(room);
        for (const room of add) served.set(room, rooms.get(room)!);
        await core._fetch(node, "POST", "stream/" + current, { add: add.map(wish), remove }, { signal: abort!.signal });
        sync();
      } catch {
        // Whatever it was (the stream is on another node, or has ended): a new stream has all rooms.
        if (id === current) restart();
      }
    });
  };

  const stream = {
    _state: "connecting" as ChatState,

    /** Sets what a tab follows; nothing if it is gone. */
    _want(tab: string, want?: Want) {
      let isAhead = false;
      for (const [room, after] of want?.rooms ?? []) {
        const behind = lag(after, positions.get(room));
        // The tab lacks frames that were reported before it listened. They come again only in a new stream, where no late frame of the old one can precede them.
        isAhead ||= behind > 0;
        if (behind || !rooms.has(room)) positions.set(room, after);
      }
      if (want) tabs.set(tab, want);
      else tabs.delete(tab);
      rooms = new Map();
      wantsInbox = false;
      for (const want of tabs.values()) {
        wantsInbox ||= want.inbox;
        for (const [room, , present] of want.rooms) rooms.set(room, present || !!rooms.get(room));
      }
      if (isAhead) restart();
      if (isRunning) sync();
      else if (rooms.size || wantsInbox) run();
    },

    /** The browser is online again: a connection from before is worth nothing, and there is no reason to wait. */
    _online() {
      failures = 0;
      restart();
    },

    _close() {
      isClosed = true;
      abort?.abort();
    },
  };
  return stream;
}
