import { expect, test } from 'vitest';
import { cancel, resolveTarget } from '../../src/workflows/post/messages.ts';
import { elena, type Script, target } from '../support/publication-script.ts';
import { eventually, startPost } from '../support/running-post.ts';
import { keepHistory } from '../support/workflow-environment.ts';

const inTwoWeeks = (): number => Date.now() + 14 * 24 * 3_600_000;

test('a film that the network has accepted is published only once the network says that it is out', async () => {
  const script: Script = {
    publish: [{ kind: 'accepted' }],
    follow: [{ kind: 'processing' }, { kind: 'processing' }, { kind: 'published' }],
  };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts).toHaveLength(1);
  expect(journal.calls.filter((call) => call === 'follow facebook')).toHaveLength(3);
  await keepHistory(run, 'post-processed-after-call');
});

test('a film that the network accepted and cannot process ends the target as rejected, and is not sent again', async () => {
  const refusal = { code: 'processing_failed', providerCode: '6000' } as const;
  const script: Script = { publish: [{ kind: 'accepted' }], follow: [{ kind: 'refused', refusal }] };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('failed');
  expect(journal.attempts).toHaveLength(1);
});

test('a lost answer to what the network is still processing is followed to its end, not sent again', async () => {
  const script: Script = {
    publish: [{ kind: 'unconfirmed', callingAt: Date.now() }],
    look: [{ kind: 'absent' }, { kind: 'accepted' }],
    follow: [{ kind: 'processing' }, { kind: 'published' }],
  };
  const { run, journal } = await startPost({ targets: [target('facebook')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts).toHaveLength(1);
});

test('what the network has been processing for a day is a person’s to resolve', async () => {
  const facebook = target('facebook');
  const script: Script = { publish: [{ kind: 'accepted' }], follow: [{ kind: 'processing' }, { kind: 'doubtful' }] };
  const { run, journal } = await startPost({ targets: [facebook], scheduledAt: Date.now() + 1_000 }, script);
  await eventually(async () => expect(journal.calls.filter((call) => call === 'follow facebook')).toHaveLength(2));
  const resolution = { kind: 'give_up' } as const;
  await eventually(() =>
    run.executeUpdate(resolveTarget, { args: [{ targetId: facebook.targetId, resolution, by: elena }] }),
  );
  expect(await run.result()).toBe('failed');
  expect(journal.attempts).toHaveLength(1);
});

test('a page that may publish no more for now is asked again later, and until then the post can be cancelled', async () => {
  const script: Script = {
    publish: [{ kind: 'not_sent', afterMs: 600_000 }, { kind: 'not_sent', afterMs: 600_000 }, { kind: 'published' }],
  };
  const { run, journal } = await startPost({ targets: [target('instagram')], scheduledAt: inTwoWeeks() }, script);
  expect(await run.result()).toBe('published');
  expect(journal.attempts.map(({ n }) => n)).toEqual([1, 2, 3]);
  await keepHistory(run, 'post-quota');

  const full: Script = { publish: [{ kind: 'not_sent', afterMs: 600_000 }] };
  const waiting = await startPost({ targets: [target('instagram')], scheduledAt: Date.now() + 1_000 }, full);
  await eventually(async () => expect(waiting.journal.attempts).not.toHaveLength(0));
  await waiting.run.executeUpdate(cancel, { args: [{ by: elena }] });
  expect(await waiting.run.result()).toBe('cancelled');
});
