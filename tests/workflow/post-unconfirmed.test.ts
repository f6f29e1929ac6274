import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { lookAfterMs } from '../../src/domain/publication.ts';
import { connectionRepaired } from '../../src/workflows/post/messages.ts';
import { type Script, scripted, target } from '../support/publication-script.ts';
import { eventually, type RunningPost, startPostIn } from '../support/running-post.ts';
import { keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const looksByItself = lookAfterMs.length;
const facebook = target('facebook');

test('a target that stays unconfirmed is looked for again after its connection was repaired', async () => {
  const post = await startUnconfirmed({ publishedAtLook: looksByItself + 1 });
  await eventually(async () => expect(looksOf(post)).toBe(looksByItself));
  await repair(post);
  expect(await post.run.result()).toBe('published');
  expect(post.journal.attempts).toHaveLength(1);
});

test('a repair that comes while the network is being asked for the last time is not missed', async () => {
  const post = await startUnconfirmed({ publishedAtLook: looksByItself + 1, repairedDuringLook: looksByItself });
  expect(await post.run.result()).toBe('published');
  expect(looksOf(post)).toBe(looksByItself + 1);
  expect(post.journal.attempts).toHaveLength(1);
  await keepHistory(post.run, 'post-repaired-while-looked-for');
});

test('a repair that comes during a look that a repair has brought about brings about another', async () => {
  const post = await startUnconfirmed({
    publishedAtLook: looksByItself + 2,
    repairedDuringLook: looksByItself + 1,
  });
  await eventually(async () => expect(looksOf(post)).toBe(looksByItself));
  await repair(post);
  expect(await post.run.result()).toBe('published');
  expect(looksOf(post)).toBe(looksByItself + 2);
});

/** A post whose answer was lost, and which the network does not show before the given look. */
async function startUnconfirmed({
  publishedAtLook,
  repairedDuringLook,
}: {
  publishedAtLook: number;
  repairedDuringLook?: number;
}): Promise<RunningPost> {
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }],
    look: [...Array.from({ length: publishedAtLook - 1 }, () => ({ kind: 'absent' }) as const), { kind: 'published' }],
  };
  const { activities, journal } = scripted(script);
  const { lookForTarget } = activities;
  activities.lookForTarget = async (asked) => {
    const answer = await lookForTarget(asked);
    if (looksOf(post) === repairedDuringLook) await repair(post);
    return answer;
  };
  const environment = await workflowEnvironment(activities);
  const post = await startPostIn(
    environment,
    { targets: [facebook], scheduledAt: Date.now() + 14 * 24 * 3_600_000 },
    journal,
  );
  return post;
}

function looksOf({ journal }: RunningPost): number {
  return journal.calls.filter((call) => call === 'look facebook').length;
}

async function repair({ run }: RunningPost): Promise<void> {
  await run.signal(connectionRepaired, { connectionId: facebook.connectionId, outboxId: randomUUID() });
}
