import type { Core } from "./core.ts";

/** Reads a list of several pages. Changes that come meanwhile are applied on top of it; if it is asked for again meanwhile, it is read again. */
export function listing<T, C>(core: Core, path: string, itemsOf: "rooms" | "users", isOver: () => unknown, set: (items: T[]) => void, change: (change: C) => void) {
  let queue: C[] | undefined;
  let reading: Promise<void> | undefined;
  let isStale: boolean;

  async function read() {
    try {
      while (isStale && !isOver()) {
        isStale = false;
        queue = [];
        const items: T[] = [];
        let cursor: string | undefined = "";
        do {
          const page: { [name: string]: T[] } & { cursor?: any } = await core._get(path + "limit=100" + (cursor && "&cursor=" + encodeURIComponent(cursor)), isOver);
          items.push(...page[itemsOf]);
          cursor = page.cursor;
        } while (cursor);
        const changes: C[] = queue;
        queue = undefined;
        set(items);
        changes.forEach(change);
      }
    } finally {
      queue = reading = undefined;
    }
  }

  return {
    _read(): Promise<void> {
      isStale = true;
      return (reading ??= read());
    },
    _change(value: C) {
      if (queue) queue.push(value);
      else change(value);
    },
  };
}
