import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallAnswer } from '../support/api.ts';
import { calmNetworks, resetNetworks } from '../support/fault-networks.ts';
import { type Story, submittedPost, scheduledPost, untilPost, untilPublished } from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { until } from '../support/fault-wait.ts';
import { callRunning, demand } from '../support/running-api.ts';
import { inDemoTenant } from '../support/stack-database.ts';

describe('an approved post', () => {
  test('is scheduled, moved, and at last published without waiting for its slot', async () => {
    const story = await submittedPost({ dueInMs: hourMs });
    await demand(200, ...send(story, marco, 'decisions', { verdict: 'approve' }));
    const moved = await demand(200, ...send(story, elena, 'schedule', slotIn(2 * hourMs)));
    expect(moved.body).toMatchObject({ status: 'scheduled', scheduledAt: expect.any(String) });
    const again = await demand(200, ...send(story, elena, 'reschedule', slotIn(3 * hourMs)));
    expect(Date.parse(again.body.scheduledAt) - Date.parse(moved.body.scheduledAt)).toBeGreaterThan(hourMs - 60_000);
    const askedAt = Date.now();
    await demand(200, ...send(story, paolo, 'publish-now'));
    const post = await untilPublished(story);
    expect(post.timeline.map(({ code }) => code).filter((code) => /scheduled|publish_now/.test(code))).toEqual([
      'post.scheduled',
      'post.rescheduled',
      'post.rescheduled',
      'post.publish_now',
    ]);
    await exactlyOnce({ ...story, createdAt: askedAt, scheduledAt: askedAt });
  });

  test('whose approval came after its slot waits for a new one, and is never published by surprise', async () => {
    const story = await submittedPost({ dueInMs: 2_500, on: ['facebook'] });
    await until(story.scheduledAt + 500);
    const decided = await demand(200, ...send(story, marco, 'decisions', { verdict: 'approve' }));
    expect(decided.body.outcome).toBe('approved');
    // The approval and the post are processes of their own: either may write down first what it has seen.
    const missed = await untilPost(story, 'missed', {
      holds: ({ missedSlot, timeline }) => missedSlot && timeline.some(({ code }) => code === 'post.missed_slot'),
      withinMs: 10_000,
    });
    expect(missed).toMatchObject({ status: 'approved', attention: false });
    // Long enough for a worker to have armed and called.
    await until(Date.now() + 3_000);
    expect((await untilPost(story, 'still there', { holds: () => true, withinMs: 1_000 })).status).toBe('approved');
    await neverPublished(story);
    const scheduledAt = Date.now() + 5_000;
    const scheduled = await demand(
      200,
      ...send(story, elena, 'schedule', { scheduledAt: new Date(scheduledAt).toISOString() }),
    );
    expect(scheduled.body).toMatchObject({ status: 'scheduled', missedSlot: false });
    await untilPublished(story);
    await exactlyOnce({ ...story, scheduledAt });
  });
});

describe('a post in review', () => {
  test('is cancelled: its approval is withdrawn, nobody can vote any more, nothing goes out', async () => {
    const story = await submittedPost({ dueInMs: 3_000 });
    const cancelled = await demand(200, ...send(story, elena, 'cancel'));
    expect(cancelled.body.status).toBe('cancelled');
    const late = await callRunning(...send(story, marco, 'decisions', { verdict: 'approve' }));
    expect(late).toMatchObject({ status: 409, body: { type: '/problems/settled', outcome: 'withdrawn' } });
    expect(late.body.by.name).toBe('Elena Conti');
    await until(story.scheduledAt + 2_000);
    await neverPublished(story);
  });
});

describe('of two commands that would settle the same thing at once', () => {
  test.each([1, 2, 3])('one vote counts, and the other voter is told whose and when (%i)', async () => {
    const story = await submittedPost({ dueInMs: hourMs, on: ['linkedin'] });
    const votes = [
      { by: 'Marco Galli', outcome: 'approved', call: send(story, marco, 'decisions', { verdict: 'approve' }) },
      {
        by: 'Sara Fontana',
        outcome: 'rejected',
        call: send(story, sara, 'decisions', { verdict: 'reject', comment: 'No' }),
      },
    ];
    const { winner, loser } = await race(votes);
    expect(winner.answer.body).toMatchObject({ outcome: winner.outcome, settledBy: { name: winner.by } });
    expect(loser.answer.body).toMatchObject({ type: '/problems/settled', outcome: winner.outcome });
    expect(loser.answer.body.by.name).toBe(winner.by);
    expect(loser.answer.body.at).toBe(winner.answer.body.settledAt);
    const status = winner.outcome === 'approved' ? 'scheduled' : 'rejected';
    await untilPost(story, status, { holds: (post) => post.status === status, withinMs: 10_000 });
    if (status === 'scheduled') await demand(200, ...send(story, elena, 'cancel'));
  });

  test.each([1, 2, 3])('the post goes out or is cancelled, never both, and the loser is told (%i)', async () => {
    const story = await scheduledPost({ dueInMs: hourMs });
    const askedAt = Date.now();
    const { winner, loser } = await race([
      { by: 'Paolo Rizzi', outcome: 'published', call: send(story, paolo, 'publish-now') },
      { by: 'Elena Conti', outcome: 'cancelled', call: send(story, elena, 'cancel') },
    ]);
    const { type, at, by } = loser.answer.body;
    expect(
      winner.outcome === 'published'
        ? ['/problems/already-publishing', '/problems/too-late']
        : ['/problems/already-cancelled'],
    ).toContain(type);
    if (type !== '/problems/too-late') expect(by.name).toBe(winner.by);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(askedAt - 1_000);
    expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
    await untilPost(story, winner.outcome, { holds: ({ status }) => status === winner.outcome, withinMs: 60_000 });
    if (winner.outcome === 'published') await exactlyOnce({ ...story, createdAt: askedAt, scheduledAt: askedAt });
    else await neverPublished(story);
  });
});

describe('a command that is repeated with its key', () => {
  test('has the same answer, even after the process has ended, and is carried out once', async () => {
    const story = await scheduledPost({ dueInMs: hourMs, on: ['facebook'] });
    const key = randomUUID();
    const [path, call] = send(story, elena, 'publish-now');
    const keyed = { ...call, headers: { 'idempotency-key': key } };
    const first = await demand(200, path, keyed);
    await untilPublished(story);
    const again = await demand(200, path, keyed);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const post = await untilPublished(story);
    expect(post.timeline.filter(({ code }) => code === 'post.publish_now').length).toBe(1);
    const anew = await callRunning(path, { ...call, headers: { 'idempotency-key': randomUUID() } });
    expect([anew.status, anew.body.type]).toEqual([409, '/problems/too-late']);
  });

  test('is answered by the process itself where the API died before it could keep its answer', async () => {
    const story = await scheduledPost({ dueInMs: hourMs, on: ['facebook'] });
    const [path, call] = send(story, elena, 'publish-now');
    const key = randomUUID();
    const keyed = { ...call, headers: { 'idempotency-key': key } };
    await demand(200, path, keyed);
    await untilPublished(story);
    await inDemoTenant('aurora', (trx) => trx.deleteFrom('idempotency_key').where('key', '=', key).execute());
    const again = await demand(200, path, keyed);
    expect([again.headers.get('idempotency-replayed'), again.body.status]).toEqual([null, 'published']);
    expect(again.body.timeline.filter(({ code }: { code: string }) => code === 'post.publish_now').length).toBe(1);
  });

  test('while the first is at work is told to wait, or is given its answer', async () => {
    const story = await scheduledPost({ dueInMs: hourMs, on: ['facebook'] });
    const [path, call] = send(story, elena, 'cancel');
    const keyed = { ...call, headers: { 'idempotency-key': randomUUID() } };
    const answers = await Promise.all([1, 2, 3, 4].map(() => callRunning(path, keyed)));
    for (const { status, body } of answers) {
      if (status === 409) expect(body.type).toBe('/problems/idempotency-in-flight');
      else expect([status, body.status]).toEqual([200, 'cancelled']);
    }
    const last = await demand(200, path, keyed);
    expect([last.headers.get('idempotency-replayed'), last.body.status]).toEqual(['true', 'cancelled']);
    const cancels = last.body.timeline.filter(({ code }: { code: string }) => code === 'post.cancelled');
    expect(cancels.length).toBe(1);
  });

  test('and was refused, is refused again in the same words', async () => {
    const story = await submittedPost({ dueInMs: hourMs, on: ['facebook'] });
    const [path, call] = send(story, elena, 'publish-now');
    const keyed = { ...call, headers: { 'idempotency-key': randomUUID() } };
    const first = await callRunning(path, keyed);
    expect([first.status, first.body.state]).toEqual([409, 'in_review']);
    await demand(200, ...send(story, elena, 'cancel'));
    const again = await callRunning(path, keyed);
    expect([again.status, again.body]).toEqual([409, first.body]);
  });
});

const [elena, paolo, marco, sara] = ['elena.aurora', 'paolo.aurora', 'marco.aurora', 'sara.aurora'];
const hourMs = 3_600_000;

beforeAll(resetNetworks);
afterAll(calmNetworks);

type Sent = Parameters<typeof demand> extends [unknown, ...infer Rest] ? Required<Rest> : never;

function send({ id }: Story, as: string, name: string, json?: object): Sent {
  return [`/v1/posts/${id}/${name}`, { as, method: 'POST', ...(json === undefined ? {} : { json }) }];
}

function slotIn(ms: number): { scheduledAt: string } {
  return { scheduledAt: new Date(Date.now() + ms).toISOString() };
}

interface Runner {
  readonly by: string;
  readonly outcome: string;
  readonly call: Sent;
}

type Ran = Runner & { readonly answer: CallAnswer };

/** Sends both at once. Exactly one may be accepted; the other has to hear a 409. */
async function race(runners: readonly Runner[]): Promise<{ winner: Ran; loser: Ran }> {
  const ran = await Promise.all(
    runners.map(async (runner) => ({ ...runner, answer: await callRunning(...runner.call) })),
  );
  const said = ran.map(({ by, answer }) => `${by}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
  const [winner, loser] = ran.toSorted((a, b) => a.answer.status - b.answer.status);
  expect([winner?.answer.status, loser?.answer.status], said.join('\n')).toEqual([200, 409]);
  if (winner === undefined || loser === undefined) throw new Error('a race needs two');
  return { winner, loser };
}
