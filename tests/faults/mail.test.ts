import { expect } from 'vitest';
import { demoUser } from '../../dev/demo-data.ts';
import { launchWorker, untilWorkerReady } from '../../dev/parts/worker.ts';
import { longTest, useFaultStack } from '../support/fault-harness.ts';
import { destroy, stack, stop } from '../support/fault-stack.ts';
import { eventually, until } from '../support/fault-wait.ts';
import { demand } from '../support/running-api.ts';
import { startSmtp } from '../support/smtp.ts';
import type { NotificationId } from '../../src/domain/ids.ts';
import { asSystem } from '../support/stack-database.ts';

useFaultStack();

longTest(
  'a worker killed between the mail server’s taking a mail and its answer sends it once more, under the same id',
  async () => {
    const smtp = await startSmtp();
    await restartWorker(smtp.url);
    smtp.replies.data.push('taken, then silence');
    const { notificationId } = await mentioned();
    const taken = () => smtp.taken.filter(({ messageId }) => messageId?.includes(notificationId));
    await eventually('taken', async () => (taken().length > 0 ? true : null), { withinMs: 20_000 });
    await destroy('worker');
    expect(await mailOf(notificationId)).toMatchObject({ outcome: null, attempts: 1 });

    await restartWorker(smtp.url);
    await until(Date.now() + 5_000);
    expect(taken(), 'not before the dead worker’s lease ends').toHaveLength(1);
    await endLease(notificationId);
    await eventually('sent', async () => ((await mailOf(notificationId)).outcome === 'sent' ? true : null), {
      withinMs: 20_000,
    });
    await until(Date.now() + 5_000);
    expect(taken()).toHaveLength(2);
    expect(new Set(taken().map(({ messageId }) => messageId)).size).toBe(1);
  },
);

async function restartWorker(smtpUrl: string): Promise<void> {
  await stop('worker');
  await launchWorker(stack, { SMTP_URL: smtpUrl });
  await untilWorkerReady(stack);
}

/** A comment on a draft that mentions Marco. */
async function mentioned(): Promise<{ notificationId: NotificationId }> {
  const as = 'elena.aurora';
  const post = (await demand(201, '/v1/posts', { as, method: 'POST', json: { text: 'Di domenica?' } })).body;
  const body = `@[](user:${demoUser('marco.aurora').id})`;
  await demand(201, `/v1/posts/${post.id}/comments`, { as, method: 'POST', json: { body } });
  const { items } = (await demand(200, '/v1/notifications?limit=1', { as: 'marco.aurora' })).body;
  return { notificationId: items[0].id };
}

function mailOf(id: NotificationId) {
  return asSystem((db) =>
    db.selectFrom('notification_mail').selectAll().where('notification_id', '=', id).executeTakeFirstOrThrow(),
  );
}

/** The two minutes that a dead worker's claim would have to run out in. */
function endLease(id: NotificationId) {
  return asSystem((db) =>
    db
      .updateTable('notification_mail')
      .set({ next_attempt_at: new Date() })
      .where('notification_id', '=', id)
      .execute(),
  );
}
