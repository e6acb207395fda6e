/** Listeners of a few kinds of events. One that throws does not keep the others, and the client itself, from working. */
export function emitter() {
  const listeners = new Set<[event: string, f: (value: any) => void]>();
  return {
    _on(...listener: [event: string, f: (value: any) => void]): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    _emit(event: string, value?: unknown) {
      for (const [name, f] of listeners) {
        try {
          if (name === event) f(value);
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
