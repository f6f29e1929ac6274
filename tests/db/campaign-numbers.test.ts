import { beforeEach, expect, test } from 'vitest';
import { moveCampaign } from '../../src/db/campaign.ts';
import { noteAnswer, readNumbers, stopNumber } from '../../src/db/campaign-numbers.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { CampaignStep } from '../../src/domain/campaign.ts';
import type { AccountProblem } from '../../src/domain/whatsapp-verdict.ts';
import { type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');
const now = new Date('2026-11-29T09:00:00Z');
const later = new Date('2026-11-29T09:05:00Z');
let own: OwnCampaign;

beforeEach(async () => {
  own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 1 });
});

test('a number works while its connection does and nobody has suspended it', async () => {
  expect(await number()).toMatchObject({ works: true, unansweredSince: null });
  await connection({ suspended_at: now });
  expect(await number()).toMatchObject({ works: false, unansweredSince: null });
  await connection({ suspended_at: null, state: 'expired' });
  expect(await number()).toMatchObject({ works: false });
});

test('one whose consent is about to lapse works still', async () => {
  await connection({ state: 'refresh_required' });
  expect(await number()).toMatchObject({ works: true });
});

test.each<AccountProblem>(['payment', 'restricted', 'number'])(
  'what its connection cannot know (%s) is over when WhatsApp says so, and is asked after until then',
  async (problem) => {
    await stopped(problem);
    expect(await number()).toMatchObject({ works: false, unansweredSince: now });
    await inTenant((trx) => noteAnswer(trx, own, { maySend: false, now: later }));
    expect(await number()).toMatchObject({ works: false, unansweredSince: later });
    await inTenant((trx) => noteAnswer(trx, own, { maySend: true, now: later }));
    expect(await number()).toMatchObject({ works: true, unansweredSince: null });
  },
);

test('or when its connection is made anew, or a person has the campaign go on', async () => {
  await stopped('payment');
  await connection({ connected_at: later });
  expect(await number()).toMatchObject({ works: true });
  await connection({ connected_at: new Date('2026-11-01T08:00:00Z') });
  expect(await number()).toMatchObject({ works: false });
  await step({ kind: 'pause', reason: 'connection' });
  await step({ kind: 'resume' });
  expect(await number()).toMatchObject({ works: true, unansweredSince: null });
});

test('a grant that was refused is over with its repair, which the connection knows of', async () => {
  await stopped('token');
  await connection({ state: 'expired' });
  expect(await number()).toMatchObject({ works: false, unansweredSince: null });
  await connection({ state: 'connected' });
  expect(await number()).toMatchObject({ works: true });
});

async function number() {
  const [found] = await inTenant((trx) => readNumbers(trx, own));
  return found;
}

const stopped = (problem: AccountProblem) => inTenant((trx) => stopNumber(trx, own, { problem, code: 1, now }));

const connection = (change: object) =>
  inTenant((trx) => trx.updateTable('connection').set(change).where('id', '=', own.connectionId).execute());

function step(taken: CampaignStep) {
  const { tenantId, campaignId } = own;
  const actor = { kind: 'process' } as const;
  return inTenant((trx) => moveCampaign(trx, { tenantId, campaignId, step: taken, actor, now }));
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(db, own.tenantId, work);
}
