/** Wakes a loop that otherwise looks by itself from time to time. */
export interface Bell {
  ring(): void;
  /** Resolves when rung, at once if that was before, or after `timeoutMs`. */
  rung(timeoutMs: number): Promise<void>;
}

/** A bell for one listener. */
export function newBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async rung(timeoutMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wake = null;
    },
  };
}
