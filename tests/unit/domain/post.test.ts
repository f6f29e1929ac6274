import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UserId } from '../../../src/domain/ids.ts';
import { approved, openPost, type PostProcess, refuseCommand, rescheduled, sentNow } from '../../../src/domain/post.ts';
import { oneStepApproval, postInput } from '../../support/publication-script.ts';

const now = Date.UTC(2026, 10, 22, 10);
const elena = 'elena' as UserId;

test('a post with a policy starts in review, whatever its slot', () => {
  fc.assert(
    fc.property(fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 })), (offset) => {
      const scheduledAt = offset === null ? null : now + offset;
      expect(openPost(postInput({ approval: oneStepApproval(), scheduledAt }), now).phase).toBe('in_review');
    }),
  );
});

test('approval in time schedules; approval after the slot misses it and waits for a person', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (offset) => {
      const after = approved(inReview(now + offset), now, { late: 'miss' });
      if (offset > 0) expect(after).toMatchObject({ phase: 'scheduled', slot: now + offset, missedSlot: false });
      else expect(after).toMatchObject({ phase: 'approved', slot: null, missedSlot: true });
    }),
  );
});

test('approved without a slot, it waits for one', () => {
  expect(approved(inReview(null), now, { late: 'miss' })).toMatchObject({ phase: 'approved', missedSlot: false });
});

test('a new slot takes a missed one’s place', () => {
  const missed = approved(inReview(now - 1), now, { late: 'miss' });
  expect(rescheduled(missed, now + 1_000)).toMatchObject({ phase: 'scheduled', slot: now + 1_000, missedSlot: false });
});

test('a slot that is set in review only waits', () => {
  expect(rescheduled(inReview(null), now + 1_000)).toMatchObject({ phase: 'in_review', slot: now + 1_000 });
});

test.each(['reschedule', 'cancel', 'publish_now'] as const)('%s is too late once a call has begun', (command) => {
  const calling: PostProcess = { ...inReview(now), phase: 'publishing', firstCallAt: now };
  expect(refuseCommand(calling, command)).toEqual({ code: 'too_late', at: now });
});

test.each(['reschedule', 'cancel', 'publish_now'] as const)(
  '%s of a cancelled post says who cancelled and when',
  (command) => {
    const cancelled: PostProcess = { ...inReview(now), phase: 'settled', cancelled: { by: elena, at: now } };
    expect(refuseCommand(cancelled, command)).toEqual({ code: 'already_cancelled', by: elena, at: now });
  },
);

test.each(['reschedule', 'cancel', 'publish_now'] as const)(
  '%s after “publish now” says who said so and when',
  (command) => {
    const sent = sentNow(approved(inReview(null), now, { late: 'miss' }), elena, now);
    expect(sent).toMatchObject({ phase: 'scheduled', slot: now });
    expect(refuseCommand(sent, command)).toEqual({ code: 'already_publishing', by: elena, at: now });
  },
);

test('publishing now needs the approval first', () => {
  expect(refuseCommand(inReview(null), 'publish_now')).toEqual({ code: 'wrong_state', phase: 'in_review' });
  expect(refuseCommand(inReview(null), 'reschedule')).toBeNull();
  expect(refuseCommand(inReview(null), 'cancel')).toBeNull();
});

function inReview(slot: number | null): PostProcess {
  return openPost(postInput({ approval: oneStepApproval(), scheduledAt: slot }), now);
}
