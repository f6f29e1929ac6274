import { ActivityFailure, condition, isCancellation, patched, proxyActivities, sleep } from '@temporalio/workflow';
import type { PostActivities } from '../../activities/post.ts';
import type { PublicationActivities } from '../../activities/publication.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Instant } from '../../domain/ids.ts';
import { networkNames } from '../../domain/network.ts';
import type { PostInput, PostTarget } from '../../domain/post.ts';
import {
  acceptedPatienceMs,
  type AttemptResult,
  leadTimes,
  lookAfterMs,
  prepareWaitMs,
  type PrepareResult,
  repeatsByItself,
  retryWaitMs,
  spreadOf,
} from '../../domain/publication.ts';
import { dbOp, providerKeyed, providerRead, providerUnkeyed } from '../activity-options.ts';
import { queueBeside } from '../task-queues.ts';
import { afterParking, noteHold, releasesOf, untilOpen } from './gate.ts';
import type { Content, Standing } from './standing.ts';

export type Delivery = 'published' | 'rejected';

interface Errand {
  readonly input: PostInput;
  readonly content: Content;
  readonly target: PostTarget;
  readonly slot: Instant;
  readonly standing: Standing;
}

const { fenceAttempt } = proxyActivities<PostActivities>(dbOp);

/** Brings the post to one target: prepare ahead, arm within the last minute, publish once, and find out what came of it. */
export async function deliver(errand: Errand): Promise<Delivery> {
  const { input, target, slot } = errand;
  const { prepareAt, armAt } = leadTimes(slot, spreadOf(input.postId));
  const name = networkNames[target.network];
  for (let round = 0; ; round += 1) {
    if ((await untilOpen(errand, prepareAt, `Prepare for ${name}`)) === 'dropped') return 'rejected';
    if ((await prepared(errand)) === 'refused') return 'rejected';
    const summary = `Arm for ${name}, due ${new Date(slot).toISOString()}`;
    if ((await untilOpen(errand, armAt, summary)) === 'dropped') return 'rejected';
    const before = { repairs: repairsOf(errand), releases: releasesBefore(errand) };
    const result = await attempt(errand);
    const end = await afterAttempt(errand, result, { ...before, round });
    if (end !== 'again') return end;
  }
}

/** Uploads and containers. Waits for processing, for a broken connection, and as long as the network is down. */
async function prepared(errand: Errand): Promise<'ready' | 'refused'> {
  const { prepareTarget, checkPreparedTarget } = provider({ ...providerKeyed });
  const name = networkNames[errand.target.network];
  let ask = prepareTarget;
  for (let round = 0; ; round += 1) {
    const repairs = repairsOf(errand);
    const result = await answered(ask.executeWithOptions({ summary: `Prepare for ${name}` }, [addressed(errand)]));
    switch (result?.kind) {
      case 'ready':
      case 'refused':
        return result.kind;
      case 'grant_refused': {
        if ((await parkedUntilRepaired(errand, repairs)) === 'given_up') return 'refused';
        ask = prepareTarget;
        break;
      }
      case 'processing':
        await sleep(prepareWaitMs(round), { summary: `${name} is processing the media` });
        ask = checkPreparedTarget;
        break;
      case undefined:
        await sleep(retryWaitMs(round), { summary: `${name} cannot be reached` });
        ask = prepareTarget;
    }
  }
}

/** Hands one attempt to a worker. When the worker is lost, the attempt's row tells whether the call may have gone out. */
async function attempt(errand: Errand): Promise<AttemptResult> {
  const { standing, target, slot, input } = errand;
  await condition(() => !standing.holding);
  const n = (standing.attempts.get(target.targetId)?.n ?? 0) + 1;
  standing.attempts.set(target.targetId, { n, out: true });
  const summary = `Publish on ${networkNames[target.network]} at ${new Date(slot).toISOString()}, attempt ${n}`;
  const { publishTarget } = provider(providerUnkeyed);
  const result =
    (await answered(publishTarget.executeWithOptions({ summary }, [{ ...addressed(errand), n, slot }]))) ??
    (await fenceAttempt.executeWithOptions({ summary: `Fence attempt ${n} on ${networkNames[target.network]}` }, [
      { tenantId: input.tenantId, postId: input.postId, targetId: target.targetId, n, at: Date.now() },
    ]));
  standing.attempts.set(target.targetId, { n, out: false });
  if (result.kind !== 'not_sent' && result.kind !== 'held' && result.kind !== 'grant_refused') {
    standing.process = {
      ...standing.process,
      phase: 'publishing',
      firstCallAt: standing.process.firstCallAt ?? Date.now(),
    };
  }
  return result;
}

async function afterAttempt(
  errand: Errand,
  result: AttemptResult,
  { repairs, releases, round }: { repairs: number; releases: ReturnType<typeof releasesBefore>; round: number },
): Promise<Delivery | 'again'> {
  const name = networkNames[errand.target.network];
  switch (result.kind) {
    case 'published':
      if (result.permalink === false) await completePublished(errand);
      return 'published';
    case 'accepted':
      return processed(errand);
    case 'refused':
      return 'rejected';
    case 'not_sent':
      if (result.afterMs !== undefined) {
        await sleep(result.afterMs, { summary: `The page may publish no more on ${name} for now` });
        return 'again';
      }
      // A worker that shuts down hands its attempt back; the first time another takes it at once.
      if (round > 0) await sleep(retryWaitMs(round), { summary: `Arm ${name} again` });
      return 'again';
    case 'held':
      noteHold(errand, holdOf(errand, result.by), releases[result.by]);
      return 'again';
    case 'retry_later':
      await sleep(result.afterMs, { summary: `${name} asked to come again later` });
      return 'again';
    case 'grant_refused':
      return (await parkedUntilRepaired(errand, repairs)) === 'given_up' ? 'rejected' : 'again';
    case 'unconfirmed':
      return lookFor(errand, result.callingAt);
  }
}

/** The network has the post and works on it: whether it comes out is for the network to say, or in the end for a person. */
async function processed(errand: Errand): Promise<Delivery | 'again'> {
  const { followAccepted } = provider(providerRead);
  // Nobody has to say any more what became of the call.
  const { standing, target } = errand;
  standing.stuck.delete(target.targetId);
  const acceptedAt = Date.now();
  const name = networkNames[errand.target.network];
  for (let round = 0; ; round += 1) {
    await sleep(prepareWaitMs(round), { summary: `${name} is processing what it has accepted` });
    const summary = `Ask ${name} whether the post is out`;
    const last = Date.now() - acceptedAt >= acceptedPatienceMs;
    const result = await answered(followAccepted.executeWithOptions({ summary }, [{ ...addressed(errand), last }]));
    if (result?.kind === 'published') return 'published';
    if (result?.kind === 'refused') return 'rejected';
    if (result?.kind !== 'doubtful') continue;
    standing.stuck.set(target.targetId, 'unconfirmed');
    await condition(() => standing.resolved.has(target.targetId));
    return resolution(standing, target);
  }
}

/** The post is out; that its address cannot be read must not change that. */
async function completePublished(errand: Errand): Promise<void> {
  const { readPermalink } = provider(providerRead);
  const summary = `Read the permalink on ${networkNames[errand.target.network]}`;
  await answered(readPermalink.executeWithOptions({ summary }, [addressed(errand)]));
}

/** Asks the network for a post whose answer was lost, at growing distances; after that, a person or a repair decides. */
async function lookFor(errand: Errand, callingAt: Instant): Promise<Delivery | 'again'> {
  const { standing, target } = errand;
  const { targetId } = target;
  standing.stuck.set(targetId, 'unconfirmed');
  let repairs = repairsOf(errand);
  for (let index = 0; ; index += 1) {
    const isDue = await nextLook(errand, index, { callingAt, repairs });
    // Before the network is asked: a repair that comes meanwhile is worth another look.
    repairs = repairsOf(errand);
    const answer = isDue ? await look(errand, index) : null;
    if (standing.resolved.has(targetId)) return resolution(standing, target);
    if (answer !== null) {
      standing.stuck.delete(targetId);
      return answer;
    }
  }
}

/**
 * Waits for the next time to ask; `repairs` is how many there had been before the last. False when a person has resolved
 * the target meanwhile.
 */
async function nextLook(
  errand: Errand,
  index: number,
  { callingAt, repairs }: { callingAt: Instant; repairs: number },
): Promise<boolean> {
  const { standing, target } = errand;
  const resolved = (): boolean => standing.resolved.has(target.targetId);
  const afterMs = lookAfterMs[index];
  if (afterMs === undefined) {
    const before = patched('2026-11-repair-during-look') ? repairs : repairsOf(errand);
    await condition(() => resolved() || repairsOf(errand) > before);
    return !resolved();
  }
  const summary = `Next look for the post on ${networkNames[target.network]}`;
  return !(await condition(resolved, Math.max(1, callingAt + afterMs - Date.now()), { summary }));
}

/** One look. Null while the network gives no certainty. */
async function look(errand: Errand, index: number): Promise<Delivery | 'again' | null> {
  const { standing, target } = errand;
  const n = standing.attempts.get(target.targetId)?.n ?? 1;
  const last = index >= lookAfterMs.length - 1;
  const summary = `Ask ${networkNames[target.network]} for the post, look ${index + 1}`;
  const { lookForTarget } = provider(providerRead);
  const found = await answered(lookForTarget.executeWithOptions({ summary }, [{ ...addressed(errand), n, last }]));
  switch (found?.kind) {
    case 'published':
      return 'published';
    case 'accepted':
      return processed(errand);
    case 'absent':
      return last && repeatsByItself(target.network) ? 'again' : null;
    case 'answered':
      return answeredMeanwhile(errand, found.result);
    case 'ambiguous':
    case 'resolved':
    case undefined:
      return null;
  }
}

/** What somebody else has found out while the network was being asked. */
async function answeredMeanwhile(errand: Errand, result: AttemptResult): Promise<Delivery | 'again'> {
  if (result.kind === 'accepted') return processed(errand);
  return result.kind === 'published' ? 'published' : result.kind === 'refused' ? 'rejected' : 'again';
}

async function parkedUntilRepaired(errand: Errand, repairsBefore: number): Promise<'repaired' | 'given_up'> {
  const { standing, target } = errand;
  const { targetId, connectionId } = target;
  standing.stuck.set(targetId, 'parked');
  await condition(() => standing.resolved.has(targetId) || (standing.repairs.get(connectionId) ?? 0) > repairsBefore);
  standing.stuck.delete(targetId);
  if (!standing.resolved.has(targetId)) {
    const hold = { kind: 'grant', connectionId, problem: 'gone' } as const;
    return (await afterParking(errand, hold)) === 'open' ? 'repaired' : 'given_up';
  }
  return resolution(standing, target) === 'again' ? 'repaired' : 'given_up';
}

function resolution(standing: Standing, { targetId }: PostTarget): Delivery | 'again' {
  const kind = standing.resolved.get(targetId);
  standing.resolved.delete(targetId);
  standing.stuck.delete(targetId);
  return kind === 'published' ? 'published' : kind === 'send_again' ? 'again' : 'rejected';
}

/** The activity's answer; null when it ended without one: its worker died, or its retries are used up. */
async function answered<T extends PrepareResult | AttemptResult | { readonly kind: string }>(
  activity: Promise<T>,
): Promise<T | null> {
  try {
    return await activity;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return null;
  }
}

function provider(options: Parameters<typeof proxyActivities>[0]) {
  return proxyActivities<PublicationActivities>({ ...options, taskQueue: queueBeside('publish') });
}

function repairsOf({ standing, target }: Errand): number {
  return standing.repairs.get(target.connectionId) ?? 0;
}

function addressed({ input: { tenantId, postId }, content: { revisionId }, target }: Errand) {
  return { tenantId, postId, revisionId, ...target };
}

function releasesBefore(errand: Errand) {
  return {
    halt: releasesOf(errand, holdOf(errand, 'halt')),
    suspension: releasesOf(errand, holdOf(errand, 'suspension')),
  };
}

function holdOf({ target: { connectionId } }: Errand, by: 'halt' | 'suspension'): Hold {
  return by === 'halt' ? { kind: 'halt' } : { kind: 'suspension', connectionId };
}
