import { type Core, nothing } from "./core.ts";
import { listing } from "./listing.ts";
import type { WireEvent } from "./wire.ts";

/** Who types, who is present, and how far others have read: events that may be lost and are part of no position. */
export function createPeople(core: Core, path: string, isPresent: () => unknown, emit: (kind: string) => void) {
  const readers = new Map<string, number>();
  /** How to cancel the end of it. */
  const typing = new Map<string, () => void>();
  let present = new Set<string>();
  let hasTyped = false;

  const list = listing<string, WireEvent>(
    core,
    path + "presence?",
    "users",
    () => !isPresent(),
    (users) => {
      present = new Set(users);
      emit("present");
    },
    ({ kind, user }) => {
      if (kind === "left") present.delete(user!);
      else present.add(user!);
      emit(kind);
    },
  );

  /** The user has sent what was being typed, or stopped. */
  function typed(user: string) {
    typing.get(user)?.();
    if (typing.delete(user)) emit("typing");
  }

  const people = {
    _readers: readers,
    _typing: () => [...typing.keys()],
    _present: () => [...present],
    _typed: typed,

    _type() {
      if (hasTyped) return;
      hasTyped = true;
      core._timer(() => {
        hasTyped = false;
      }, 3000);
      core._request("POST", path + "typing").catch(nothing);
    },

    /** What to do at an event of which kind. */
    _events: {
      typing({ kind, user, duration }) {
        if (user === core._user) return;
        typing.get(user)?.();
        // From the moment of arrival: the clocks of browsers are wrong.
        const seconds = duration.split(":").reduce((sum, part) => sum * 60 + +part, 0);
        typing.set(user, core._timer(() => typed(user), seconds * 1000));
        emit(kind);
      },
      entered: list._change,
      left: list._change,
      readMarkerMoved({ kind, user, messageId }) {
        readers.set(user, messageId);
        emit(kind);
      },
      presenceChanged: () => people._list(),
    } as Record<string, (event: WireEvent & { user: string }) => void>,

    /** Reads who is present. It is not worth an error: the room works without it. */
    _list() {
      if (isPresent()) list._read().catch(nothing);
    },
  };
  return people;
}
