import type { Inbox, InboxRoom } from "./api.ts";
import { type Core, nothing } from "./core.ts";
import { emitter } from "./emitter.ts";
import { listing } from "./listing.ts";
import type { WireInboxChange } from "./wire.ts";

export function createInbox(core: Core) {
  const changes = emitter<void>();
  let rooms: InboxRoom[] = [];
  let isOpen = false;

  function set(all: InboxRoom[]) {
    // A room that moved between two pages of the list is there twice. Times are compared as text, which keeps their µs.
    rooms = [...new Map(all.map((room) => [room.room, room])).values()]
      .filter(({ isHidden }) => !isHidden)
      .sort(({ lastActivity: a = "" }, { lastActivity: b = "" }) => (a < b ? 1 : a > b ? -1 : 0));
    changes._emit();
  }

  const list = listing<InboxRoom, WireInboxChange>(core, "inbox?", "rooms", () => !isOpen, set, ({ room, now }) =>
    set(rooms.filter((other) => other.room !== room).concat(now ?? [])),
  );

  const inbox: Inbox = {
    get rooms() {
      return rooms;
    },
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
    on: (_event, f) => changes._on(f),
  };
  return {
    _inbox: inbox,
    _isOpen: () => isOpen,
    /** The stream of an inbox has no positions: each time it begins, the list is read again. */
    _list() {
      if (isOpen) list._read().catch(nothing);
    },
    _change(change: WireInboxChange) {
      if (isOpen) list._change(change);
    },
  };
}
