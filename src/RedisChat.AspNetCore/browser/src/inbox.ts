import type { Inbox, InboxRoom } from "./api.ts";
import { type Core, nothing } from "./core.ts";
import { emitter } from "./emitter.ts";
import { listing } from "./listing.ts";
import type { WireInboxChange } from "./wire.ts";

export function createInbox(core: Core) {
  const changes = emitter();
  let rooms = new Map<string, InboxRoom>();
  let isOpen = false;

  function changed() {
    // Times are compared as text, which keeps their µs.
    inbox.rooms = [...rooms.values()]
      .filter(({ isHidden }) => !isHidden)
      .sort(({ lastActivity: a = "" }, { lastActivity: b = "" }) => (a < b ? 1 : a > b ? -1 : 0));
    changes._emit("change");
  }

  const list = listing<InboxRoom, WireInboxChange>(
    core,
    "inbox?",
    "rooms",
    () => !isOpen,
    (all) => {
      rooms = new Map(all.map((room) => [room.room, room]));
      changed();
    },
    ({ room, now }) => {
      if (now) rooms.set(room, now);
      else rooms.delete(room);
      changed();
    },
  );

  const inbox: Inbox & { rooms: InboxRoom[] } = {
    rooms: [],
    async open() {
      isOpen = true;
      await core._ready;
      core._sync();
      await list._read();
    },
    close() {
      isOpen = false;
      core._sync();
    },
    on: changes._on,
  };
  return {
    _inbox: inbox,
    _isOpen: () => isOpen,
    /** The stream of an inbox has no positions: each time it begins, the list is read again. */
    _list() {
      if (isOpen) list._read().catch(nothing);
    },
    _change: list._change,
  };
}
