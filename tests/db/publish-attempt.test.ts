import { beforeEach, describe, expect, it } from 'vitest';
import {
  armAttempt,
  beginCalls,
  releaseAttempt,
  selectAttempt,
  settleAttempt,
  wasFoundAbsent,
  withdrawCall,
} from '../../src/db/publish-attempt.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { AttemptAnswer } from '../../src/domain/publication.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const now = new Date('2026-11-23T10:00:00Z');
const app = databaseAs('app', { max: 12 });
let tenant: OneRowPerTable;

/** A target whose first attempt is armed. */
beforeEach(async () => {
  tenant = oneRowPerTable();
  await inTenant((trx) => insertRows(trx, tenant));
});

describe('the row that decides about a call', () => {
  it('lets exactly one act when fire, cancel, reschedule and shutdown meet', async () => {
    const acted = await Promise.all([
      ...Array.from({ length: 4 }, () => inTenant((trx) => begin(trx, 1))),
      ...(['cancelled', 'released', 'cancelled', 'released'] as const).map((to) =>
        inTenant((trx) => releaseAttempt(trx, attempt(1), { to, now })),
      ),
    ]);
    expect(acted.filter(Boolean)).toHaveLength(1);
  });

  it('never calls twice: whoever comes second has not begun', async () => {
    expect(await inTenant((trx) => begin(trx, 1))).toBe(true);
    expect(await inTenant((trx) => begin(trx, 1))).toBe(false);
  });

  it.each(['cancelled', 'released'] as const)('never calls after it was %s', async (to) => {
    expect(await inTenant((trx) => releaseAttempt(trx, attempt(1), { to, now }))).toBe(true);
    expect(await inTenant((trx) => begin(trx, 1))).toBe(false);
  });

  it('cannot be taken back any more once the call has begun', async () => {
    await inTenant((trx) => begin(trx, 1));
    expect(await inTenant((trx) => releaseAttempt(trx, attempt(1), { to: 'cancelled', now }))).toBe(false);
    expect(await stored(1)).toMatchObject({ state: 'calling', callingAt: now });
  });

  it('fences an attempt that its worker has not laid out yet: it never will be', async () => {
    expect(await inTenant((trx) => releaseAttempt(trx, attempt(2), { to: 'released', now }))).toBe(true);
    expect(await inTenant((trx) => armAttempt(trx, attempt(2), { dueAt: now, now }))).toBe(false);
  });

  it('releases an older attempt, armed and forgotten, when the next one is armed', async () => {
    expect(await inTenant((trx) => armAttempt(trx, attempt(2), { dueAt: now, now }))).toBe(true);
    expect(await stored(1)).toMatchObject({ state: 'released' });
    expect(await inTenant((trx) => begin(trx, 1))).toBe(false);
  });

  it('holds at most one attempt of a target that may still lead to a call', async () => {
    await inTenant((trx) => begin(trx, 1));
    const next = inTenant((trx) => armAttempt(trx, attempt(2), { dueAt: now, now }));
    await expect(next).rejects.toMatchObject({ constraint: 'publish_attempt_live' });
  });

  it('takes back a call that its own process knows it has not sent', async () => {
    await inTenant((trx) => begin(trx, 1));
    await inTenant((trx) => withdrawCall(trx, attempt(1), now));
    expect(await stored(1)).toMatchObject({ state: 'released', callingAt: null });
  });

  it('keeps the first answer: a late one changes nothing', async () => {
    await inTenant((trx) => begin(trx, 1));
    expect(await settle({ kind: 'published' })).toBe(true);
    expect(await settle({ kind: 'resolved' })).toBe(false);
    expect(await stored(1)).toMatchObject({ state: 'done', answer: { kind: 'published' } });
  });

  it('remembers that the network showed no trace, whatever attempts that called nothing came after', async () => {
    expect(await inTenant((trx) => wasFoundAbsent(trx, attempt(1)))).toBe(false);
    await inTenant((trx) => begin(trx, 1));
    await settle({ kind: 'absent' });
    await inTenant((trx) => releaseAttempt(trx, attempt(2), { to: 'released', now }));
    expect(await inTenant((trx) => wasFoundAbsent(trx, attempt(1)))).toBe(false);
    expect(await inTenant((trx) => wasFoundAbsent(trx, attempt(2)))).toBe(true);
    expect(await inTenant((trx) => wasFoundAbsent(trx, attempt(4)))).toBe(true);
  });

  it.each(['in_review', 'approved', 'changes_requested', 'cancelled', 'published'] as const)(
    'never calls for a post that is %s, whatever is armed for it',
    async (status) => {
      await inTenant((trx) => trx.updateTable('post').set({ status }).execute());
      expect(await inTenant((trx) => begin(trx, 1))).toBe(false);
    },
  );

  it('moves the target and the post with the call', async () => {
    await inTenant((trx) => begin(trx, 1));
    const [target, post] = await inTenant((trx) =>
      Promise.all([
        trx.selectFrom('post_target').select('state').executeTakeFirst(),
        trx.selectFrom('post').select('status').executeTakeFirst(),
      ]),
    );
    expect([target?.state, post?.status]).toEqual(['sending', 'publishing']);
  });
});

function attempt(n: number) {
  return { tenantId: tenant.tenant.id, targetId: tenant.post_target.id, n };
}

async function begin(trx: TenantTransaction, n: number): Promise<boolean> {
  const { tenantId, targetId } = attempt(n);
  return (await beginCalls(trx, { tenantId, attempts: [{ targetId, n }] }, now)).length === 1;
}

function settle(answer: AttemptAnswer): Promise<boolean> {
  return inTenant((trx) => settleAttempt(trx, attempt(1), { answer, now }));
}

function stored(n: number) {
  return inTenant((trx) => selectAttempt(trx, attempt(n)));
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
