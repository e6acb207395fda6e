import type { Clock } from "./api.ts";

const browser: Clock = {
  now: () => Date.now(),
  setTimeout: (f, ms) => setTimeout(f, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** Waits that end early when the browser is online again. */
export class Waits {
  private _sleepers = new Map<() => void, boolean>();

  constructor(readonly _clock: Clock = browser) {}

  /** @param isFixed Whether the server asked for the wait, which being online does not shorten. */
  _sleep(ms: number, isFixed = false): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this._clock.clearTimeout(timer);
        this._sleepers.delete(wake);
        resolve();
      };
      const timer = this._clock.setTimeout(wake, ms);
      this._sleepers.set(wake, isFixed);
    });
  }

  _wake(all?: boolean): void {
    for (const [wake, isFixed] of [...this._sleepers]) if (all || !isFixed) wake();
  }
}

/** Exponential, 250 ms to 10 s, with full jitter: after a restart, a thousand clients do not come back at the same moment. */
export const backoff = (attempt: number): number => Math.random() * Math.min(10_000, 250 * 2 ** attempt);
