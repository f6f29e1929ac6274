import { expect, test } from 'vitest';
import type { Hold, PassedSlot } from '../../src/domain/hold.ts';
import {
  cancel,
  connectionRepaired,
  held,
  publishNow,
  released,
  reschedule,
  resolveTarget,
} from '../../src/workflows/post/messages.ts';
import { elena, oneStepApproval, target } from '../support/publication-script.ts';
import { eventually, refusalOf, type RunningPost, startPost } from '../support/running-post.ts';
import { keepHistory } from '../support/workflow-environment.ts';

const dayMs = 86_400_000;
const inTwoWeeks = (): number => Date.now() + 14 * dayMs;
const halt: Hold = { kind: 'halt' };
let messages = 0;

test('a stop parks every target ahead of the slot; released in time, all go out at the slot', async () => {
  const slot = inTwoWeeks();
  const post = await startPost({ scheduledAt: slot, holds: [halt] });
  await untilCalled(post, 'park halted', 3);
  expect(post.journal.attempts).toEqual([]);
  await release(post, halt);
  expect(await post.run.result()).toBe('published');
  expect(post.journal.calls.filter((call) => call === 'unpark waiting')).toHaveLength(3);
  expect(post.journal.attempts.map((attempt) => attempt.slot)).toEqual([slot, slot, slot]);
  await keepHistory(post.run, 'post-halted');
});

test('a stop that a process hears of while it waits parks it too; a message that comes twice counts once', async () => {
  const post = await startPost({});
  const message = { hold: halt, outboxId: 'same' };
  await post.run.signal(held, message);
  await post.run.executeUpdate(reschedule, { args: [{ slot: inTwoWeeks(), by: elena }] });
  await untilCalled(post, 'park halted', 3);
  await release(post, halt);
  await post.run.signal(held, message);
  expect(await post.run.result()).toBe('published');
});

test('a stop in the last minute takes back what workers hold, and parks the post ahead of its slot', async () => {
  const post = await startPost(
    { targets: [target('facebook')], scheduledAt: Date.now() + 5_000 },
    { publish: 'never' },
  );
  await eventually(async () => expect(post.journal.attempts).toHaveLength(1));
  await post.run.signal(held, { hold: halt, outboxId: 'stop' });
  await untilCalled(post, 'park halted', 1);
  expect(post.journal.calls).toContain('holdAttempts');
  await post.run.terminate();
});

test.each<[PassedSlot, string[]]>([
  ['ask', ['approved']],
  ['now', ['scheduled', 'published']],
])('a slot that passed meanwhile, released with %s: %j', async (passed, statuses) => {
  const post = await startPost({ scheduledAt: Date.now() - 1_000, holds: [halt] });
  await untilCalled(post, 'park halted', 3);
  await release(post, halt, passed);
  await eventually(async () => expect(post.journal.statuses).toEqual(statuses));
  expect(post.journal.attempts).toHaveLength(passed === 'now' ? 3 : 0);
  if (passed === 'now') return expect(await post.run.result()).toBe('published');
  // Missed: it waits for a person, who sets a new slot.
  await post.run.executeUpdate(reschedule, { args: [{ slot: inTwoWeeks(), by: elena }] });
  expect(await post.run.result()).toBe('published');
  await keepHistory(post.run, 'post-halted-past-its-slot');
});

test('or it goes out at the time that the release names', async () => {
  const slot = inTwoWeeks();
  const post = await startPost({ scheduledAt: Date.now() - 1_000, holds: [halt] });
  await untilCalled(post, 'park halted', 3);
  await release(post, halt, 'ask', slot);
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts[0]?.slot).toBe(slot);
});

test('while stopped a post takes every command but “publish now”', async () => {
  const post = await startPost({ scheduledAt: inTwoWeeks(), holds: [halt] });
  await untilCalled(post, 'park halted', 3);
  expect(await refusalOf(post.run.executeUpdate(publishNow, { args: [{ by: elena }] }))).toEqual({ code: 'halted' });
  await post.run.executeUpdate(reschedule, { args: [{ slot: inTwoWeeks() + dayMs, by: elena }] });
  await untilCalled(post, 'park halted', 6);
  await post.run.executeUpdate(cancel, { args: [{ by: elena }] });
  expect(await post.run.result()).toBe('cancelled');
});

test('a stop in review changes nothing there; approved, the post is parked', async () => {
  const post = await startPost({ approval: oneStepApproval(), scheduledAt: inTwoWeeks(), holds: [halt] });
  await post.vote('approve');
  await untilCalled(post, 'park halted', 3);
  await release(post, halt);
  expect(await post.run.result()).toBe('published');
});

test('an attempt that was due before the process heard of the stop is parked, and not tried again until the release', async () => {
  const post = await startPost(
    { targets: [target('facebook')], scheduledAt: inTwoWeeks() },
    { publish: [{ kind: 'held', by: 'halt' }, { kind: 'published' }] },
  );
  await untilCalled(post, 'park halted', 1);
  expect(post.journal.attempts).toHaveLength(1);
  await post.run.signal(held, { hold: halt, outboxId: String((messages += 1)) });
  await release(post, halt, 'now');
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts.map(({ n }) => n)).toEqual([1, 2]);
});

test('of a suspended connection only its own target is parked; the others go out on time', async () => {
  const [facebook, linkedin] = [target('facebook'), target('linkedin')];
  const suspension: Hold = { kind: 'suspension', connectionId: facebook.connectionId };
  const slot = Date.now() - 1_000;
  const post = await startPost({ targets: [facebook, linkedin], scheduledAt: slot, holds: [suspension] });
  await eventually(async () => expect(post.journal.attempts).toMatchObject([{ network: 'linkedin', slot }]));
  await untilCalled(post, 'park suspended', 1);
  await release(post, suspension, 'ask');
  // Its slot has passed: nothing goes out before a person says so.
  await untilCalled(post, 'unpark late', 1);
  expect(post.journal.attempts).toHaveLength(1);
  await resolve(post, facebook.targetId, 'send_again');
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts.map(({ network }) => network)).toEqual(['linkedin', 'facebook']);
  await keepHistory(post.run, 'post-suspended');
});

test.each<[PassedSlot, string, string]>([
  ['now', 'published', 'unpark waiting'],
  ['drop', 'failed', 'unpark dropped'],
])('a passed slot of a resumed connection, with %s: the post is %s', async (passed, status, call) => {
  const facebook = target('facebook');
  const suspension: Hold = { kind: 'suspension', connectionId: facebook.connectionId };
  const post = await startPost({ targets: [facebook], scheduledAt: Date.now() - 1_000, holds: [suspension] });
  await untilCalled(post, 'park suspended', 1);
  await release(post, suspension, passed);
  expect(await post.run.result()).toBe(status);
  expect(post.journal.calls).toContain(call);
});

test('a parked target can be given up, and a late one too', async () => {
  const facebook = target('facebook');
  const suspension: Hold = { kind: 'suspension', connectionId: facebook.connectionId };
  const parked = await startPost({ targets: [facebook], scheduledAt: inTwoWeeks(), holds: [suspension] });
  await resolve(parked, facebook.targetId, 'give_up');
  expect(await parked.run.result()).toBe('failed');
  const late = await startPost({ targets: [facebook], scheduledAt: Date.now() - 1_000, holds: [suspension] });
  await untilCalled(late, 'park suspended', 1);
  await release(late, suspension, 'ask');
  await untilCalled(late, 'unpark late', 1);
  await resolve(late, facebook.targetId, 'give_up');
  expect(await late.run.result()).toBe('failed');
  expect([...parked.journal.attempts, ...late.journal.attempts]).toEqual([]);
});

test('a connection that breaks parks what waits for it ahead of the slot, and a repair lets it go on', async () => {
  const facebook = target('facebook');
  const post = await startPost({ targets: [facebook] });
  const hold: Hold = { kind: 'grant', connectionId: facebook.connectionId, problem: 'gone' };
  await post.run.signal(held, { hold, outboxId: 'broken' });
  await post.run.executeUpdate(reschedule, { args: [{ slot: inTwoWeeks(), by: elena }] });
  await untilCalled(post, 'park grant_gone', 1);
  const repair = { connectionId: facebook.connectionId, passed: 'ask', outboxId: 'repaired' } as const;
  await post.run.signal(connectionRepaired, repair);
  expect(await post.run.result()).toBe('published');
});

test.each<[PassedSlot, string, string]>([
  ['now', 'published', 'unpark waiting'],
  ['ask', 'published', 'unpark late'],
  ['drop', 'partially_published', 'unpark dropped'],
])(
  'three posts parked for hours by a broken connection, repaired with %s: each ends as %s',
  async (passed, ends, call) => {
    const [facebook, linkedin] = [target('facebook'), target('linkedin')];
    const slot = Date.now() - 2 * 3_600_000;
    const broken: Hold = { kind: 'grant', connectionId: facebook.connectionId, problem: 'gone' };
    const posts = [];
    for (let count = 0; count < 3; count += 1) {
      posts.push(await startPost({ targets: [facebook, linkedin], scheduledAt: slot, holds: [broken] }));
    }
    for (const post of posts) {
      // What goes elsewhere does not wait for it.
      await eventually(async () => expect(post.journal.attempts).toMatchObject([{ network: 'linkedin' }]));
      await untilCalled(post, 'park grant_gone', 1);
      messages += 1;
      const repair = { connectionId: facebook.connectionId, passed, outboxId: String(messages) };
      await post.run.signal(connectionRepaired, repair);
    }
    for (const post of posts) {
      await untilCalled(post, call, 1);
      if (passed === 'ask') {
        expect(post.journal.attempts).toHaveLength(1);
        await resolve(post, facebook.targetId, 'send_again');
      }
      expect(await post.run.result()).toBe(ends);
      expect(post.journal.attempts).toHaveLength(passed === 'drop' ? 1 : 2);
    }
  },
);

test('a target that is held twice goes out when both are gone', async () => {
  const facebook = target('facebook');
  const suspension: Hold = { kind: 'suspension', connectionId: facebook.connectionId };
  const post = await startPost({ targets: [facebook], scheduledAt: inTwoWeeks(), holds: [halt, suspension] });
  await untilCalled(post, 'park halted', 1);
  await release(post, halt);
  await untilCalled(post, 'park suspended', 1);
  expect(post.journal.attempts).toEqual([]);
  await release(post, suspension);
  expect(await post.run.result()).toBe('published');
});

async function release({ run }: RunningPost, hold: Hold, passed: PassedSlot = 'ask', slot: number | null = null) {
  messages += 1;
  await run.signal(released, { hold, passed, slot, outboxId: String(messages) });
}

async function resolve(
  { run }: RunningPost,
  targetId: RunningPost['input']['targets'][number]['targetId'],
  kind: 'send_again' | 'give_up',
) {
  await eventually(() => run.executeUpdate(resolveTarget, { args: [{ targetId, resolution: { kind }, by: elena }] }));
}

async function untilCalled({ journal }: RunningPost, call: string, times: number): Promise<void> {
  await eventually(async () => expect(journal.calls.filter((made) => made === call)).toHaveLength(times));
}
