/** Requests that the network has received and not yet begun to process. */
export interface Holds {
  /** Resolves with whether the request is to be processed now; a reset drops it instead. */
  wait(requestId: string): Promise<'released' | 'dropped'>;
  /** Lets the given requests go on, or all; tells how many. */
  release(requestIds: readonly string[] | null): number;
  /** Forgets every held request. */
  drop(): void;
}

export function holds(): Holds {
  const held = new Map<string, (how: 'released' | 'dropped') => void>();
  const end = (ids: readonly string[], how: 'released' | 'dropped'): void => {
    for (const id of ids) {
      held.get(id)?.(how);
      held.delete(id);
    }
  };
  return {
    wait: (requestId) => new Promise((resolve) => held.set(requestId, resolve)),
    release: (requestIds) => {
      const ids = (requestIds ?? [...held.keys()]).filter((id) => held.has(id));
      end(ids, 'released');
      return ids.length;
    },
    drop: () => end([...held.keys()], 'dropped'),
  };
}
