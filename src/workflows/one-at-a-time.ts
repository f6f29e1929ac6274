/**
 * A queue for asynchronous work that must not overlap: each piece starts when the one before has ended, however it
 * ended. Of two commands that would settle the same thing, the second thus sees what the first has done.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  };
}
