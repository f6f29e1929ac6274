/** A piece of work that is never done twice at once. */
export interface SingleFile {
  /** Begins it, unless it is being done. */
  start(): void;
  busy(): boolean;
}

/** Lets `work` be started again and again, one at a time; how each ended is told. */
export function singleFile(
  work: () => Promise<void>,
  { onError, onDone }: { readonly onError: (error: unknown) => void; readonly onDone: () => void },
): SingleFile {
  let busy = false;
  return {
    start() {
      if (busy) return;
      busy = true;
      void work()
        .catch(onError)
        .finally(() => {
          busy = false;
          onDone();
        });
    },
    busy: () => busy,
  };
}
