import { beforeEach, expect, test } from 'vitest';
import { moveCampaign } from '../../src/db/campaign.ts';
import type { Actor } from '../../src/db/event.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { CampaignStep } from '../../src/domain/campaign.ts';
import { type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');
const now = new Date('2026-11-29T09:00:00Z');
const itself: Actor = { kind: 'process' };
let own: OwnCampaign;

beforeEach(async () => {
  own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 1 });
});

test('whoever wrote a campaign hears of each time it stops by itself, with the reason, and of its end', async () => {
  const problem = { problem: 'payment', code: 131_042 };
  await step({ kind: 'pause', reason: 'connection' }, itself, problem);
  await step({ kind: 'resume' }, itself);
  await step({ kind: 'pause', reason: 'cost_cap' }, itself);
  await step({ kind: 'resume' }, itself);
  await step({ kind: 'finish' }, itself);
  expect(await told()).toEqual([
    { kind: 'campaign_paused', user_id: own.userId, data: { ...problem, reason: 'connection' } },
    { kind: 'campaign_paused', user_id: own.userId, data: { reason: 'cost_cap' } },
    { kind: 'campaign_finished', user_id: own.userId, data: {} },
  ]);
});

test('of what a person does nobody is notified', async () => {
  const person: Actor = { kind: 'user', id: own.userId };
  await step({ kind: 'pause', reason: 'manual' }, person);
  await step({ kind: 'cancel' }, person);
  expect(await told()).toEqual([]);
});

function step(taken: CampaignStep, actor: Actor, data: object = {}) {
  const { tenantId, campaignId } = own;
  return withTenant(db, tenantId, (trx) =>
    moveCampaign(trx, { tenantId, campaignId, step: taken, actor, now, data: { ...data } }),
  );
}

const told = () =>
  withTenant(db, own.tenantId, (trx) =>
    trx.selectFrom('notification').select(['kind', 'user_id', 'data']).orderBy('id').execute(),
  );
