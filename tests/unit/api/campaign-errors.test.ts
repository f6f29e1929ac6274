import { expect, test } from 'vitest';
import { campaignErrors } from '../../../src/api/webhooks/campaign-errors.ts';
import type { LedgerFailure } from '../../../src/db/ledger-status.ts';
import type { CampaignId } from '../../../src/domain/ids.ts';
import { newId } from '../../../src/platform/new-id.ts';

test('a campaign of which more than three in ten do not arrive is failing, and one beside it is not', () => {
  const errors = campaignErrors();
  const [bad, good] = [newId<CampaignId>(), newId<CampaignId>()];
  expect(errors.failing({ failures: [], arrivals: [...times(70, bad), ...times(70, good)] })).toEqual([]);
  expect(errors.failing({ failures: failures(30, bad), arrivals: [] })).toEqual([]);
  expect(errors.failing({ failures: [...failures(1, bad), ...failures(30, good)], arrivals: [] })).toEqual([bad]);
});

test('few messages say nothing, and who is shielded from marketing speaks against nobody', () => {
  const errors = campaignErrors();
  const campaign = newId<CampaignId>();
  expect(errors.failing({ failures: failures(99, campaign), arrivals: [] })).toEqual([]);
  expect(errors.failing({ failures: failures(100, newId<CampaignId>(), 131_049), arrivals: [] })).toEqual([]);
});

test('after a pause it is judged by what comes next', () => {
  const errors = campaignErrors();
  const campaign = newId<CampaignId>();
  expect(errors.failing({ failures: failures(100, campaign), arrivals: [] })).toEqual([campaign]);
  expect(errors.failing({ failures: failures(50, campaign), arrivals: [] })).toEqual([]);
});

const times = (count: number, campaignId: CampaignId): readonly CampaignId[] =>
  Array.from({ length: count }, () => campaignId);

const failures = (count: number, campaignId: CampaignId, errorCode = 131_026): readonly LedgerFailure[] =>
  Array.from({ length: count }, () => ({
    campaignId,
    id: newId(),
    authorId: newId(),
    connectionId: newId(),
    errorCode,
  }));
