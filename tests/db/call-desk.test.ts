import { beforeEach, describe, expect, it } from 'vitest';
import { type CallDesk, openCallDesk } from '../../src/activities/call-desk.ts';
import { connect } from '../../src/db/connect.ts';
import { releaseAttempt } from '../../src/db/publish-attempt.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { PostId, RevisionId, TargetId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const quiet = { max: 1, onError: () => undefined };
const now = Date.parse('2026-11-23T10:00:00Z');
const app = databaseAs('app', { max: 8 });
let desk: CallDesk;
let aurora: OneRowPerTable;
let lariana: OneRowPerTable;

beforeEach(async () => {
  desk = openCallDesk({ db: app.db, clock: () => now });
  [aurora, lariana] = [oneRowPerTable(), oneRowPerTable()];
  for (const tenant of [aurora, lariana]) {
    await withTenant(app.db, tenant.tenant.id, (trx) => insertRows(trx, tenant));
  }
});

describe('attempts that come due together', () => {
  it('all begin, each in its own tenant', async () => {
    const due = [...(await armMore(aurora, 70)), ...(await armMore(lariana, 5))];
    const begun = await Promise.all(due.map((attempt) => desk.begin(attempt)));
    expect(begun.filter((answer) => answer?.callingAt === now)).toHaveLength(75);
  });

  it('begin once, however many ask for the same', async () => {
    const [attempt] = await armMore(aurora, 1);
    if (attempt === undefined) throw new Error('nothing was armed');
    const begun = await Promise.all([desk.begin(attempt), desk.begin(attempt), desk.begin(attempt)]);
    expect(begun.filter((answer) => answer !== null)).toHaveLength(1);
    expect(await desk.begin(attempt)).toBeNull();
  });

  it('leave out those that were taken back, and no others', async () => {
    const due = await armMore(aurora, 3);
    const [cancelled] = due;
    if (cancelled === undefined) throw new Error('nothing was armed');
    await withTenant(app.db, aurora.tenant.id, (trx) =>
      releaseAttempt(trx, cancelled, { to: 'cancelled', now: new Date(now) }),
    );
    const begun = await Promise.all(due.map((attempt) => desk.begin(attempt)));
    expect(begun.map((answer) => answer !== null)).toEqual([false, true, true]);
  });

  it('are never held up by another process that calls for the same posts', async () => {
    const due = await armMore(aurora, 60);
    const other = openCallDesk({ db: app.db, clock: () => now });
    const begun = await Promise.all([
      ...due.map((attempt) => desk.begin(attempt)),
      ...due.toReversed().map((attempt) => other.begin(attempt)),
    ]);
    expect(begun.filter((answer) => answer !== null)).toHaveLength(60);
  });

  it('hear of a database that is away, each of them', async () => {
    const { db } = connect('postgres://nobody@127.0.0.1:1/nothing', { ...quiet, applicationName: 'test-away' });
    const away = openCallDesk({ db, clock: () => now });
    const asked = await Promise.allSettled((await armMore(aurora, 3)).map((attempt) => away.begin(attempt)));
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await db.destroy();
  });

  it('leave the desk quiet once they are served', async () => {
    const begun = (await armMore(aurora, 40)).map((attempt) => desk.begin(attempt));
    await desk.quiet();
    await Promise.all(begun);
    await desk.quiet();
  });
});

/** Further posts of a tenant, each with one target whose first attempt is armed. */
async function armMore(tenant: OneRowPerTable, count: number) {
  const tenantId = tenant.tenant.id;
  const due = Array.from({ length: count }, () => ({ tenantId, targetId: newId<TargetId>(), n: 1 }));
  await withTenant(app.db, tenantId, async (trx) => {
    for (const { targetId } of due) {
      const [postId, revisionId] = [newId<PostId>(), newId<RevisionId>()];
      await trx
        .insertInto('post')
        .values({ ...tenant.post, id: postId, revision_id: revisionId })
        .execute();
      const revision = { ...tenant.post_revision, id: revisionId, post_id: postId };
      await trx.insertInto('post_revision').values(revision).execute();
      await trx
        .insertInto('post_target')
        .values({ ...tenant.post_target, id: targetId, post_id: postId })
        .execute();
      await trx
        .insertInto('publish_attempt')
        .values({ ...tenant.publish_attempt, target_id: targetId })
        .execute();
    }
  });
  return due;
}
