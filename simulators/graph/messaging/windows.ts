import type { World } from '../../kernel/world.ts';

/** Within how long after a person's last message to a number anything may be written back. */
const windowMs = 24 * 3_600_000;

/** Who has written to which number, and when last. A person is known by their number, and by their user id. */
export interface Windows {
  open(phoneId: string, persons: readonly string[], at: number): void;
  isOpen(phoneId: string, person: string, now: number): boolean;
}

export function openWindows(world: World): Windows {
  const written = world.store.collection<number>('whatsapp-window');
  return {
    open(phoneId, persons, at) {
      for (const person of persons) {
        const key = `${phoneId}/${person}`;
        written.put(key, Math.max(at, written.get(key) ?? 0));
      }
    },
    isOpen: (phoneId, person, now) => (written.get(`${phoneId}/${person}`) ?? 0) > now - windowMs,
  };
}
