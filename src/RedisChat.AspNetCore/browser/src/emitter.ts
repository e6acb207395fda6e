/** Listeners of one kind. One that throws does not keep the others from being called, and its error is not swallowed. */
export class Emitter<T> {
  private _listeners = new Set<(value: T) => void>();

  _on(f: (value: T) => void): () => void {
    // A wrapper, so that the same function can be added twice and removed once.
    const listener = (value: T) => f(value);
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  _emit(value: T): void {
    for (const f of [...this._listeners]) {
      try {
        f(value);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
