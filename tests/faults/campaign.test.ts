import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import type { TakenMessage } from '../../simulators/graph/messaging/messages.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { tellCampaign } from '../../src/db/campaign-process.ts';
import { connect, type DatabasePool } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { campaignWorkflowId } from '../../src/domain/campaign.ts';
import { referenceIn } from '../../src/domain/opaque-data.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import { cancel, pause, resume } from '../../src/workflows/campaign/messages.ts';
import { tell, useFaultStack } from '../support/fault-harness.ts';
import { control } from '../support/fault-networks.ts';
import { destroy, stack, start } from '../support/fault-stack.ts';
import { eventually } from '../support/fault-wait.ts';
import { withTemporal } from '../support/histories.ts';
import { ledgerCounts, type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';

useFaultStack();

const [, , business] = whatsappBusinesses;
const [waba] = business.wabas;
const number = { externalId: waba.numbers[0]?.id ?? '', wabaId: waba.id, accessToken: business.accessToken };
const isLong = process.env['CHORALLY_FAULTS'] === 'long';
const recipients = isLong ? 100_000 : 5_000;
const kills = isLong ? 10 : 3;
const endStates = ['sent', 'delivered', 'read', 'failed', 'skipped', 'unconfirmed'];

let database: DatabasePool;
beforeAll(() => {
  const { database: at } = readWorkerConfig(programVariables(stack));
  database = connect(at.appUrl, { max: 2, onError: () => undefined, applicationName: 'fault-test' });
});
afterAll(() => database.db.destroy());

test('a worker that is killed again and again writes to nobody twice and leaves nobody out', async () => {
  const own = await begin({ loseAnswerShare: 0.01, dropShare: 0.01 });
  const db = database.db;
  for (let killed = 1; killed <= kills; killed += 1) {
    const least = (recipients * killed) / (kills + 2);
    await eventually('so many sent', async () => ((await taken()).length >= least ? true : null), {
      withinMs: 120_000,
    });
    await sleep(Math.random() * 300);
    await destroy('worker');
    await start('worker');
  }
  await untilState(own, 'finished', 240_000);
  await judge(db, own);
}, 420_000);

test('after a pause is answered no further message leaves, and a resumed campaign goes on to its end', async () => {
  const own = await begin({});
  for (let round = 1; round <= 3; round += 1) {
    await eventually('some sent', async () => ((await taken()).length >= round * 500 ? true : null), {
      withinMs: 60_000,
    });
    const askedAt = Date.now();
    const answer = await command(own, 'pause');
    const tookMs = Date.now() - askedAt;
    const atAnswer = await arrived();
    expect(answer).toEqual({ state: 'paused' });
    await sleep(2_000);
    expect(await arrived()).toBe(atAnswer);
    tell('paused', { tookMs, sent: atAnswer });
    expect(await command(own, 'resume')).toEqual({ state: 'running' });
  }
  await eventually('some more', async () => ((await taken()).length >= 2_000 ? true : null), { withinMs: 60_000 });
  expect(await command(own, 'cancel')).toEqual({ state: 'cancelled' });
  const atAnswer = await arrived();
  await sleep(1_500);
  expect(await arrived()).toBe(atAnswer);
  await eventually('every row ended', async () => ((await openRows(own)) === 0 ? true : null), { withinMs: 30_000 });
  await judge(database.db, own);
});

/** A campaign that runs, against a WhatsApp with a high limit. */
async function begin(settings: object): Promise<OwnCampaign> {
  const fast = { throughput: 'HIGH', tier: 'TIER_UNLIMITED', latencyMs: 30 };
  await control('graph', 'POST', '/messaging/settings', { ...fast, ...settings });
  const config = readWorkerConfig(programVariables(stack));
  const { db } = database;
  await withoutOthers(db);
  const own = await ownCampaign(db, { masterKeys: config.masterKeys, recipients, number, state: 'scheduled' });
  held = own;
  await withTenant(db, own.tenantId, (trx) => tellCampaign(trx, own, new Date()));
  return own;
}

let held: OwnCampaign | null = null;

/** A number belongs to one tenant at a time: the campaign of the test before gives it up. */
async function withoutOthers(db: Kysely<Database>): Promise<void> {
  if (held === null) return;
  const { tenantId, connectionId } = held;
  await withTenant(db, tenantId, (trx) =>
    trx
      .updateTable('connection')
      .set({ state: 'disconnected', external_id: `${number.externalId}-before` })
      .where('id', '=', connectionId)
      .execute(),
  );
}

async function judge(db: Kysely<Database>, own: OwnCampaign): Promise<void> {
  const messages = await taken();
  const people = messages.map(({ to }) => to);
  expect(new Set(people).size, 'nobody is written to twice').toBe(people.length);

  const rows = await withTenant(db, own.tenantId, (trx) =>
    trx.selectFrom('campaign_message').select(['id', 'state']).where('campaign_id', '=', own.campaignId).execute(),
  );
  expect(rows).toHaveLength(recipients);
  expect(
    rows.filter(({ state }) => !endStates.includes(state)),
    'every row has come to an end',
  ).toEqual([]);

  const accepted = new Set(messages.map(({ opaque }) => referenceIn(opaque)?.id));
  const sent = rows.filter(({ state }) => ['sent', 'delivered', 'read'].includes(state));
  const unconfirmed = rows.filter(({ state }) => state === 'unconfirmed');
  expect(
    sent.filter(({ id }) => !accepted.has(id)),
    'what is called sent was accepted',
  ).toEqual([]);
  const explained = new Set([...sent, ...unconfirmed].map(({ id }) => id));
  expect(
    [...accepted].filter((id) => id === undefined || !explained.has(id as never)),
    'what was accepted is known',
  ).toEqual([]);
  tell('ledger', { ...(await ledgerCounts(db, own)), accepted: accepted.size });
}

async function taken(): Promise<readonly TakenMessage[]> {
  return (await control('graph', 'GET', '/messaging/messages')) as readonly TakenMessage[];
}

/** How many messages WhatsApp has taken. */
async function arrived(): Promise<number> {
  return ((await control('graph', 'GET', '/messaging/deliveries')) as { taken: number }).taken;
}

async function openRows(own: OwnCampaign): Promise<number> {
  const counts = await ledgerCounts(database.db, own);
  return Object.entries(counts).reduce((sum, [state, count]) => sum + (endStates.includes(state) ? 0 : count), 0);
}

function untilState(own: OwnCampaign, state: string, withinMs: number): Promise<true> {
  return eventually(
    `the campaign ${state}`,
    async () => {
      const row = await withTenant(database.db, own.tenantId, (trx) =>
        trx
          .selectFrom('campaign')
          .select(['state', 'pause_reason'])
          .where('id', '=', own.campaignId)
          .executeTakeFirstOrThrow(),
      );
      if (row.pause_reason !== null) throw new Error(`paused: ${row.pause_reason}`);
      return row.state === state ? true : null;
    },
    { withinMs },
  );
}

function command(own: OwnCampaign, name: 'pause' | 'resume' | 'cancel') {
  return withTemporal((client) =>
    client.workflow
      .getHandle(campaignWorkflowId(own.tenantId, own.campaignId))
      .executeUpdate({ pause, resume, cancel }[name], { args: [{ by: own.userId }] }),
  );
}
