/** Listeners of one kind. One that throws does not keep the others, and the client itself, from working. */
export function emitter<T>() {
  const listeners = new Set<(value: T) => void>();
  return {
    _on(_event: string, f: (value: T) => void): () => void {
      listeners.add(f);
      return () => listeners.delete(f);
    },
    _emit(value: T) {
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
