import type { ActContext } from '../route-context.ts';
import type { ProblemDetails } from '../problem.ts';

type SlotContext = Pick<ActContext<unknown, unknown, unknown, 'slot_in_past'>, 'now' | 'refuse' | 'invalid'>;

/** A slot further away is a slip of the keyboard. */
const maxAheadMs = 5 * 365 * 86_400_000;

/** Throws 422 unless a slot that somebody asks for still lies ahead, and not absurdly far. */
export function requireFuture({ now, refuse, invalid }: SlotContext, slot: Date): void {
  if (slot.getTime() <= now.getTime()) throw refuse('slot_in_past', passedSlot(slot, now));
  const latest = new Date(now.getTime() + maxAheadMs);
  if (slot > latest) {
    const limit = latest.toISOString();
    const value = slot.toISOString();
    throw invalid([
      { pointer: '/scheduledAt', rule: 'too_far', limit, value, detail: 'is more than five years ahead' },
    ]);
  }
}

export function passedSlot(slot: Date, now: Date): ProblemDetails {
  const limit = now.toISOString();
  const value = slot.toISOString();
  return {
    detail: `${value} has passed.`,
    errors: [{ pointer: '/scheduledAt', rule: 'not_in_past', limit, value, detail: 'has passed' }],
  };
}

export const slotProblem = {
  slot_in_past: {
    status: 422,
    title: 'Slot in the past',
    description: 'A post cannot be scheduled for an instant that has passed.',
  },
} as const;
