import type { Core } from "./core.ts";

/** Reads a list of several pages. Changes that come meanwhile are applied on top of it. */
export function listing<T, C>(core: Core, path: string, itemsOf: "rooms" | "users", isOver: () => unknown, set: (items: T[]) => void, change: (change: C) => void) {
  let queue: C[] | undefined;
  let reading: Promise<void> | undefined;

  async function read() {
    const changes: C[] = (queue = []);
    try {
      const items: T[] = [];
      let cursor: string | undefined = "";
      do {
        const page: { [name: string]: T[] } & { cursor?: any } = await core._get(path + "limit=100" + (cursor && "&cursor=" + encodeURIComponent(cursor)), isOver);
        items.push(...page[itemsOf]);
        cursor = page.cursor;
      } while (cursor);
      set(items);
    } finally {
      queue = undefined;
      changes.forEach(change);
    }
  }

  return {
    /** Reads it, again if it is being read. */
    _read: () => (reading = reading ? reading.then(read, read) : read()),

    _change(value: C) {
      if (queue) queue.push(value);
      else change(value);
    },
  };
}
