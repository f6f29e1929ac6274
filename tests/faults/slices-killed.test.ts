import { expect, test } from 'vitest';
import { connectionId } from '../../dev/seed-tenant.ts';
import { seedTenants } from '../../simulators/seed.ts';
import { setDuty } from '../../src/db/connection-duty.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { tell, useFaultStack } from '../support/fault-harness.ts';
import { control, release, requests } from '../support/fault-networks.ts';
import { destroy, start } from '../support/fault-stack.ts';
import { eventually } from '../support/fault-wait.ts';
import { inDemoTenant } from '../support/stack-database.ts';

useFaultStack();

test('a worker killed in the middle of a slice loses no duty: what it had done stays done, the rest is taken over', async () => {
  const since = Date.now();
  await control('linkedin', 'POST', '/faults', { match: { operation: look }, action: 'hold', times: slow.length });
  await lookAtAll();
  await eventually(
    'every look at LinkedIn is held, and all others are over',
    async () => {
      const held = (await heldLooks(since)).length === slow.length;
      const done = (await duties()).filter(({ due_at }) => due_at.getTime() > Date.now());
      return held && done.length === pages.length - slow.length ? true : null;
    },
    { withinMs: 60_000 },
  );
  const before = await duties();

  await destroy('worker');
  await control('linkedin', 'DELETE', '/faults');
  await release();
  const left = await duties();
  expect(left).toEqual(before);
  expect(left.filter(({ lease_until: lease }) => lease !== null).map(({ connection_id: id }) => id)).toEqual(slow);

  await start('worker');
  const startedAt = Date.now();
  await leaseHasRunOut();
  const after = await eventually(
    'every duty is done',
    async () => {
      const all = await duties();
      return all.every(({ due_at, lease_until: lease }) => lease === null && due_at.getTime() > Date.now())
        ? all
        : null;
    },
    { withinMs: 120_000 },
  );
  tell('duties of a dead worker taken over', { afterMs: Date.now() - startedAt });
  expect(after.map(({ connection_id: id }) => id)).toEqual(before.map(({ connection_id: id }) => id));
  for (const duty of after) {
    expect(duty).toMatchObject({ attempts: 0, state: 'connected', last_error: null });
    const earlier = before.find(({ connection_id: id }) => id === duty.connection_id);
    const wasDone = earlier?.lease_until === null;
    expect(duty.last_checked_at?.getTime() === earlier?.last_checked_at?.getTime()).toBe(wasDone);
  }
});

const [aurora] = seedTenants;
const tenantId = demoTenant('aurora').id as TenantId;
/** The first request by which a page on LinkedIn is looked at. */
const look = 'linkedin.acl.list';
const slow = aurora.linkedin.map(connectionId).toSorted();
const pages = [...slow, ...[...aurora.facebook, ...aurora.instagram].map(connectionId)];

/** Lets every page of the tenant be due to be looked at, in one moment. */
function lookAtAll(): Promise<void> {
  const dueAt = new Date();
  return inDemoTenant('aurora', async (trx) => {
    for (const id of pages) await setDuty(trx, { tenantId, connectionId: id, kind: 'probe' }, { dueAt, attempts: 0 });
  });
}

function duties() {
  return inDemoTenant('aurora', (trx) =>
    trx
      .selectFrom('connection_duty as duty')
      .innerJoin('connection', 'connection.id', 'duty.connection_id')
      .select(['duty.connection_id', 'duty.due_at', 'duty.lease_until', 'duty.attempts'])
      .select(['connection.state', 'connection.last_error', 'connection.last_checked_at'])
      .where('duty.kind', '=', 'probe')
      .where('duty.connection_id', 'in', pages)
      .orderBy('duty.connection_id')
      .execute(),
  );
}

async function heldLooks(since: number) {
  return (await requests('linkedin', { operation: look, since })).filter(({ state }) => state === 'held');
}

/** As if the minutes were over for which the dead worker had claimed them. */
function leaseHasRunOut(): Promise<unknown> {
  return inDemoTenant('aurora', (trx) =>
    trx
      .updateTable('connection_duty')
      .set({ lease_until: new Date() })
      .where('connection_id', 'in', slow)
      .where('lease_until', 'is not', null)
      .execute(),
  );
}
