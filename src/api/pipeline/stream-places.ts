import { refuseCommon } from '../common-problems.ts';

export interface StreamPlaces {
  /** Takes a place for a stream of the user. Returns how to give it back. Throws 429 when all are taken. */
  take(userId: string): () => void;
}

/** How long a client should wait that has too many streams: one of them has to end first. */
const retryAfterS = 10;

/** Counts the open streams of each user in this process. */
export function createStreamPlaces(perUser: number): StreamPlaces {
  const taken = new Map<string, number>();
  const add = (userId: string, by: 1 | -1): void => {
    const now = (taken.get(userId) ?? 0) + by;
    if (now === 0) taken.delete(userId);
    else taken.set(userId, now);
  };
  return {
    take(userId) {
      if ((taken.get(userId) ?? 0) >= perUser) {
        throw refuseCommon('too_many_streams', {
          detail: `One user may have ${perUser} streams at a time.`,
          extensions: { limit: perUser },
          headers: { 'retry-after': String(retryAfterS) },
        });
      }
      add(userId, 1);
      return () => add(userId, -1);
    },
  };
}
