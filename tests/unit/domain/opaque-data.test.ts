import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CampaignId, CampaignMessageId, MessageId } from '../../../src/domain/ids.ts';
import { type MessageReference, opaqueOf, referenceIn } from '../../../src/domain/opaque-data.ts';
import { replyWindowMs, windowClosesAt } from '../../../src/domain/reply-window.ts';

test.each<MessageReference>([
  { kind: 'campaign', campaignId: randomUUID() as CampaignId, id: randomUUID() as CampaignMessageId },
  { kind: 'message', id: randomUUID() as MessageId },
])('what is sent along comes back as the row that it names: $kind', (reference) => {
  expect(referenceIn(opaqueOf(reference))).toEqual(reference);
  expect(opaqueOf(reference).length).toBeLessThanOrEqual(512);
});

test.each([null, '', 'order 42', 'm/1', `c/${randomUUID()}`, `m/${randomUUID()}/x`, ` m/${randomUUID()}`])(
  'words of others are no row of ours: %s',
  (words) => expect(referenceIn(words)).toBeNull(),
);

test('anything may be answered within a day, and then no more', () => {
  const wroteAt = 1_000;
  expect(windowClosesAt(wroteAt, wroteAt + replyWindowMs - 1)).toBe(wroteAt + replyWindowMs);
  expect(windowClosesAt(wroteAt, wroteAt + replyWindowMs)).toBeNull();
  expect(windowClosesAt(null, wroteAt)).toBeNull();
});
