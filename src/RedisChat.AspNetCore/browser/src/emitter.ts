export interface Emitter<T> {
  _on(f: (value: T) => void): () => void;
  _emit(value: T): void;
}

/** Listeners of one kind. One that throws does not keep the others, and the client itself, from working. */
export function emitter<T>(): Emitter<T> {
  let listeners: ((value: T) => void)[] = [];
  return {
    _on(f) {
      // A function of its own, so that what is added twice is removed once.
      const listener = (value: T) => f(value);
      listeners = [...listeners, listener];
      return () => {
        listeners = listeners.filter((other) => other !== listener);
      };
    },
    _emit(value) {
      for (const f of listeners) {
        try {
          f(value);
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
