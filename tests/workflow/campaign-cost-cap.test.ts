import { expect, test } from 'vitest';
import { toMicros } from '../../src/domain/rate-card.ts';
import { testMasterKeys } from '../db/support/held-connections.ts';
import { databaseAs } from '../db/support/stack-databases.ts';
import { beginCampaign } from '../support/campaign-run.ts';
import { ledgerCounts, ownCampaign } from '../support/own-campaign.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const recipients = 60;
/** A marketing message to Italy. */
const price = toMicros('0.0658');

test('a campaign stops below its cost cap; raised and resumed it goes on, until everybody has been sent it once', async () => {
  const { run, get, raise, resume, stopped, sent, accepted } = await running({ costCap: '1.00' });
  await stopped();
  const below = await sent();
  expect(below).toBeGreaterThan(0);
  expect(BigInt(below) * price).toBeLessThanOrEqual(toMicros('1.00'));

  await resume();
  await stopped();
  expect(await sent(), 'resumed with the same cap').toBe(below);

  expect(await raise('2.00')).toMatchObject({ state: 'paused', costCap: '2.000000' });
  expect(await sent(), 'a cap alone resumes nothing').toBe(below);
  await resume();
  await expect.poll(sent, patience).toBeGreaterThan(below);
  await stopped();
  expect(BigInt(await sent()) * price).toBeLessThanOrEqual(toMicros('2.00'));

  await raise('10.00');
  await resume();
  await run.result();
  expect(await get()).toMatchObject({ state: 'finished', pauseReason: null });
  expect(await sent()).toBe(recipients);
  expect(BigInt(recipients) * price).toBeLessThanOrEqual(toMicros('10.00'));
  expect([accepted.length, new Set(accepted).size]).toEqual([recipients, recipients]);
});

const { db } = databaseAs('app', { max: 6 });
const tenantApi = useTenantApi();
const patience = { timeout: 30_000 };

/** A campaign with its process and its slices, at a WhatsApp that takes everything, told what to do through the API. */
async function running({ costCap }: { costCap: string }) {
  const { tenant, as } = tenantApi();
  const of = { tenantId: tenant.id, userId: tenant.people.paolo };
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients, costCap, of });
  const accepted: string[] = [];
  const run = await beginCampaign(
    db,
    own,
    {
      send: (to) => ({ kind: 'accepted', messageId: `wamid.${accepted.push(to)}`, heldBack: false }),
      health: () => expect.fail('nothing is to be asked'),
    },
    { skipping: false },
  );
  const path = `/v1/campaigns/${own.campaignId}`;
  const told = async (method: string, tail: string, json?: object) => {
    const { status, body } = await as('paolo', method, path + tail, json);
    expect(status).toBe(200);
    return body;
  };
  const get = () => told('GET', '');
  const counts = () => ledgerCounts(db, own);
  return {
    run,
    accepted,
    get,
    /** By its cap, and every answer is written down. */
    stopped: async () => {
      const standing = async () => {
        const { state, pauseReason } = await get();
        return { state, pauseReason, rows: Object.keys(await counts()).toSorted() };
      };
      const rows = ['queued', 'sent'];
      await expect.poll(standing, patience).toEqual({ state: 'paused', pauseReason: 'cost_cap', rows });
    },
    raise: (to: string) => told('PUT', '/cost-cap', { costCap: to }),
    resume: () => told('POST', '/resume'),
    sent: async () => (await counts())['sent'] ?? 0,
  };
}
