import { afterEach, describe, expect, it } from 'vitest';
import {
  claimDuties,
  type ClaimedDuty,
  countOverdue,
  nextDutyAt,
  releaseDuties,
  type Room,
  settleDuty,
} from '../../src/db/connection-duty.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { clearDuties, describePage, insertPage, type TestPage } from './support/held-connections.ts';
import { useOwnDatabase } from './support/own-database.ts';

const now = new Date('2026-11-24T10:00:00Z');
const leaseMs = 60_000;
const after = (ms: number): Date => new Date(now.getTime() + ms);
const { app, system } = useOwnDatabase();

afterEach(() => clearDuties({ app, system }));

describe('claiming what is due', () => {
  it('gives each duty to one slice, however many ask at once', async () => {
    const pages = await insertPages(40);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim([room('linkedin', 10)])));
    const ids = claims.flat().map(({ connectionId }) => connectionId);
    expect(ids.toSorted()).toEqual(pages.map(({ connectionId }) => connectionId).toSorted());
  });

  it('waits for nobody: what another slice is just claiming is passed over', async () => {
    const [first, second] = await insertPages(2);
    await system.transaction().execute(async (other) => {
      const theirs = await claimDuties(other, { kind: 'probe', rooms: [room('linkedin', 1)], now, leaseMs });
      expect(theirs.map(({ connectionId }) => connectionId)).toEqual([first?.connectionId]);
      const ours = await claim([room('linkedin', 5)]);
      expect(ours.map(({ connectionId }) => connectionId)).toEqual([second?.connectionId]);
    });
  });

  it('is a lease: of a slice that died they go to the next, not before its time', async () => {
    await insertPages(1);
    expect(await claim([room('linkedin', 5)])).toMatchObject([{ attempts: 1, leaseUntil: after(leaseMs) }]);
    expect(await claim([room('linkedin', 5)], after(leaseMs - 1))).toEqual([]);
    expect(await claim([room('linkedin', 5)], after(leaseMs))).toMatchObject([{ attempts: 2 }]);
  });

  it('takes of each network as many as there is room for, those first that have been due longest', async () => {
    const old = await insertPages(3, { network: 'linkedin', dueAt: after(-9_000) });
    await insertPages(3, { network: 'linkedin', dueAt: after(-1_000) });
    await insertPages(2, { network: 'facebook', dueAt: after(-5_000) });
    const claimed = await claim([room('linkedin', 3), room('facebook', 5), room('x', 5)]);
    const byNetwork = Map.groupBy(claimed, ({ network }) => network);
    expect(byNetwork.get('linkedin')?.map(({ connectionId }) => connectionId)).toEqual(
      old.map(({ connectionId }) => connectionId),
    );
    expect(byNetwork.get('facebook')).toHaveLength(2);
  });

  it('goes on after the last one, and leaves what is not due yet or of another kind', async () => {
    const pages = await insertPages(3);
    await insertPages(1, { dueAt: after(1) });
    await insertPages(1, { kind: 'watch' });
    const [first] = await claim([room('linkedin', 1)]);
    await release(first === undefined ? [] : [first]);
    const rest = await claim([{ ...room('linkedin', 5), after: first ?? null }]);
    expect(rest.map(({ connectionId }) => connectionId)).toEqual(pages.slice(1).map((page) => page.connectionId));
  });
});

describe('a claimed duty', () => {
  it('is settled with its next instant, and counts its failures in a row', async () => {
    const page = await insertPage(app, { now });
    await settle(await claimOne(), { dueAt: after(10), failed: true });
    expect((await describePage(app, page)).duties).toMatchObject([
      { due_at: after(10), attempts: 1, lease_until: null },
    ]);
    await settle(await claimOne(after(10)), { dueAt: after(20), failed: true });
    expect((await describePage(app, page)).duties).toMatchObject([{ attempts: 2 }]);
    await settle(await claimOne(after(20)), { dueAt: after(30), failed: false });
    expect((await describePage(app, page)).duties).toMatchObject([{ due_at: after(30), attempts: 0 }]);
  });

  it('is not settled by whoever held it too long', async () => {
    const page = await insertPage(app, { now });
    const slow = await claimOne();
    const quick = await claimOne(after(leaseMs));
    await settle(slow, null);
    expect((await describePage(app, page)).duties).toMatchObject([{ lease_until: quick.leaseUntil }]);
    await settle(quick, null);
    expect((await describePage(app, page)).duties).toEqual([]);
  });

  it('that was not begun is given back as if it had never been taken', async () => {
    const page = await insertPage(app, { now });
    await release([await claimOne()]);
    expect((await describePage(app, page)).duties).toMatchObject([{ due_at: now, attempts: 0, lease_until: null }]);
  });
});

describe('across tenants', () => {
  it('it is known when something is due next, and how much is late', async () => {
    expect(await nextDutyAt(system, 'probe')).toBeNull();
    await insertPages(2, { dueAt: after(-120_000) });
    await insertPages(1, { dueAt: after(5_000) });
    expect(await nextDutyAt(system, 'probe')).toEqual(after(-120_000));
    expect(await countOverdue(system, { now, longerThanMs: 60_000 })).toEqual([{ kind: 'probe', count: 2 }]);
    await claim([room('linkedin', 5)]);
    // Leased ones count from the end of their lease.
    expect(await nextDutyAt(system, 'probe')).toEqual(after(5_000));
  });
});

const room = (network: Room['network'], seats: number): Room => ({ network, seats, after: null });

function claim(rooms: readonly Room[], at: Date = now): Promise<readonly ClaimedDuty[]> {
  return claimDuties(system, { kind: 'probe', rooms, now: at, leaseMs });
}

async function claimOne(at: Date = now): Promise<ClaimedDuty> {
  const [duty] = await claim([room('linkedin', 1)], at);
  if (duty === undefined) throw new Error('nothing is due');
  return duty;
}

function settle(duty: ClaimedDuty, next: { dueAt: Date; failed: boolean } | null): Promise<void> {
  return withTenant(app, duty.tenantId, (trx) => settleDuty(trx, duty, next));
}

const release = (duties: readonly ClaimedDuty[]): Promise<void> => releaseDuties(system, duties);

async function insertPages(
  count: number,
  {
    network = 'linkedin',
    dueAt = now,
    kind = 'probe',
  }: { network?: PublishingNetwork; dueAt?: Date; kind?: 'probe' | 'watch' } = {},
): Promise<readonly TestPage[]> {
  const pages: TestPage[] = [];
  for (let n = 0; n < count; n += 1) pages.push(await insertPage(app, { now: dueAt, network, duties: [kind] }));
  return pages;
}
