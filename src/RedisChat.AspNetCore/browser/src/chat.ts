import type { Chat, ChatState, ConnectOptions } from "./api.ts";
import { createCore, nothing } from "./core.ts";
import { emitter } from "./emitter.ts";
import { createInbox } from "./inbox.ts";
import { createLink, type Link } from "./link.ts";
import { createRoom, type RoomHandle } from "./room.ts";
import type { Frame } from "./wire.ts";

/**
 * Connects to a chat.
 * @param base What was given to `MapRedisChat`, or the same of several equal nodes.
 */
export function connect(base: string | string[], options: ConnectOptions = {}): Chat {
  const core = createCore(base, options);
  const rooms = new Map<string, RoomHandle>();
  const listeners = emitter();
  const inbox = createInbox(core);
  let state: ChatState = "connecting";
  let link: Link | undefined;

  function happened({ type }: Event) {
    if (type === "online") {
      link?._online();
      core._wake();
    } else if (type === "pagehide") {
      // A page with an open stream or a lock cannot be kept in the back/forward cache, and a closed tab should leave at once.
      unlink();
    } else if (!link && core._user && state !== "ended") {
      set("connecting");
      join();
    }
  }

  const listen = (method: "addEventListener" | "removeEventListener") => {
    for (const event of ["online", "pagehide", "pageshow"]) globalThis[method]?.(event, happened);
  };

  function set(value: ChatState) {
    if (state === value || state === "ended") return;
    state = value;
    if (value === "ended") unlink();
    if (value === "online") {
      // A new stream, or a tab that comes back to one: what is part of no position may have changed.
      inbox._list();
      for (const room of rooms.values()) room._list();
    }
    listeners._emit("state", value);
  }

  function unlink() {
    link?._close();
    link = undefined;
  }

  const wanted = () => ({ rooms: [...rooms.values()].flatMap((room) => room._wanted()), inbox: inbox._isOpen() });

  function frame([event, data, before]: Frame) {
    const room = rooms.get(data.room);
    if (event === "inbox") inbox._change(data);
    else if (event === "failed") room?._failed(data);
    else if (event) listeners._emit("frame", { event, data });
    else room?._event(data.event, before);
  }

  const join = () => {
    // Two users in one browser must not share a stream.
    link = createLink(core, options.share !== false && `redischat ${core._bases} ${core._user}`, wanted, frame, set);
  };

  async function begin() {
    try {
      core._user = (await core._get<{ user: string }>("me")).user;
    } catch (e) {
      set("ended");
      throw e;
    }
    if (!core._isClosed) join();
  }

  core._sync = () => link?._want();
  core._ready = begin();
  core._ready.catch(nothing);
  listen("addEventListener");

  return {
    get state() {
      return state;
    },
    get user() {
      return core._user;
    },
    inbox: inbox._inbox,
    room(id) {
      if (!rooms.has(id)) rooms.set(id, createRoom(core, id));
      return rooms.get(id)!._room;
    },
    request: core._request,
    on: listeners._on,
    close() {
      listen("removeEventListener");
      core._isClosed = true;
      core._wake();
      set("ended");
    },
  };
}
