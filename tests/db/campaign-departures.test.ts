import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { followDepartures } from '../../src/activities/campaign-departures.ts';
import { returnUndeparted, takeOver } from '../../src/db/campaign-leases.ts';
import { openDepartureLogs } from '../../src/platform/departure-log.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { ledgerCounts } from '../support/own-campaign.ts';
import { calledEarlier, idsOf, ledgerOf, statesOf } from './support/campaign-ledger.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 4 });

test('what a killed worker had marked and not sent goes back into the queue, also where it was in doubt already', async () => {
  const { left, unsent, taken, returned } = await killed();
  expect(await returned()).toBe(2);
  expect(await taken([left, ...unsent])).toEqual(['unconfirmed', 'queued', 'queued']);
  expect(await returned(), 'once').toBe(0);
});

test('a row that goes back has used up none of its attempts', async () => {
  const { unsent, inTenant, returned } = await killed();
  await returned();
  const rows = await inTenant((trx) =>
    trx.selectFrom('campaign_message').select(['attempts', 'lease_token']).where('id', 'in', unsent).execute(),
  );
  expect(rows).toEqual(unsent.map(() => ({ attempts: 0, lease_token: null })));
});

test('what may yet leave is left alone, and the log is not even read', async () => {
  const { claim, claimRows, mark, inTenant } = await ledgerOf(db, 1);
  await mark((await claimRows(claim, 1)).map(({ id }) => id));
  const readDeparted = (): never => {
    throw new Error('read too early');
  };
  expect(await inTenant((trx) => returnUndeparted(trx, claim, { readDeparted, now: new Date() }))).toBe(0);
});

test('where the log is gone everything stays in doubt', async () => {
  const { own, claim, inTenant } = await killed();
  const back = await inTenant((trx) => returnUndeparted(trx, claim, { readDeparted: () => null, now: new Date() }));
  expect(back).toBe(0);
  expect(await ledgerCounts(db, own)).toEqual({ unconfirmed: 3 });
});

test.each([
  ['cancelled', ['unconfirmed', 'skipped', 'skipped']],
  ['finished', ['unconfirmed', 'unconfirmed', 'unconfirmed']],
] as const)('in a campaign that was %s nothing comes back into the queue', async (state, ends) => {
  const { own, left, unsent, taken, inTenant, returned } = await killed();
  await inTenant((trx) => trx.updateTable('campaign').set({ state }).where('id', '=', own.campaignId).execute());
  await returned();
  expect(await taken([left, ...unsent])).toEqual(ends);
});

test.skipIf(process.platform !== 'linux')(
  'a worker puts back what its machine’s dead ones had not sent before it begins, and whatever it finds later',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'departures-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const logs = () => {
      const opened = openDepartureLogs(folder, { clock: Date.now, onError: () => undefined });
      if (opened === null) throw new Error('a Linux tells when it was started');
      return opened;
    };
    const [before, meanwhile] = [await killed(), await killed()];
    const die = ({ own, claim: { leaseToken }, left }: typeof before) => {
      const log = logs().begin({ tenantId: own.tenantId, campaignId: own.campaignId, leaseToken });
      log?.note(left ?? '');
      log?.close(false);
    };
    die(before);
    const log = createLogger({ program: 'test', level: 'silent' });
    const following = await followDepartures({ db, departures: logs(), clock: Date.now, log });
    onTestFinished(() => following.stop());
    expect(await ledgerCounts(db, before.own)).toEqual({ unconfirmed: 1, queued: 2 });
    expect(await ledgerCounts(db, meanwhile.own)).toEqual({ unconfirmed: 3 });
    die(meanwhile);
    await expect.poll(() => ledgerCounts(db, meanwhile.own)).toEqual({ unconfirmed: 1, queued: 2 });
  },
);

/** Three rows were marked, one has left; whoever took over took all of them for sent. */
async function killed() {
  const { own, claim, claimRows, mark, inTenant } = await ledgerOf(db, 3);
  const ids = (await claimRows(claim, 3)).map(({ id }) => id);
  const [left, ...unsent] = ids;
  await mark(ids);
  await calledEarlier(inTenant, ...ids);
  await inTenant((trx) => takeOver(trx, claim));
  const readDeparted = () => ({ has: (id: string) => id === left });
  return {
    own,
    claim,
    inTenant,
    left,
    unsent: idsOf(unsent),
    taken: (rows: readonly (typeof left)[]) => statesOf(inTenant, rows),
    returned: () => inTenant((trx) => returnUndeparted(trx, claim, { readDeparted, now: new Date() })),
  };
}
