import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

import { Complaint, runProgram } from '../dev/complaint.ts';
import { logIn, type Person } from '../dev/demo/api-client.ts';
import { publishedList } from '../dev/demo/views.ts';
import type { Environment } from '../dev/environment-file.ts';
import { percentile, report } from './support/report.ts';
import {
  approvedPost,
  inParallel,
  measuredSystem,
  onePagePerNetwork,
  succeed,
  tell,
  uploadPoster,
} from './support/system.ts';

const posts = 200;
const warmUpPosts = 5;
/** Time to write and approve them all, before preparing, arming and waiting begin to be what they are in earnest. */
const leadMs = 240_000;
/** Attempts are armed within the last minute: by then every post has to be scheduled. */
const armedAheadMs = 60_000;
const patienceMs = 90_000;
const width = 6;

/** The request that makes a post public, which no network can take back. */
const irreversible = [
  ['graph', 'facebook.feed.create'],
  ['graph', 'instagram.media.publish'],
  ['linkedin', 'linkedin.post.create'],
] as const;

/**
 * How late posts go out when many are due at the same instant, on a warm system: the arrival of the irreversible
 * request at the simulated network minus `scheduledAt`. Nothing may be early, nothing twice, nothing lost.
 */
async function measure(): Promise<void> {
  const { environment } = measuredSystem();
  const author = await logIn(environment, 'elena.aurora', 'aurora');
  const reviewer = await logIn(environment, 'marco.aurora', 'aurora');
  const mediaIds = [await uploadPoster(author)];
  const connectionIds = await onePagePerNetwork(author);
  await liftQuota(environment);

  tell(`warming up: ${warmUpPosts} posts at once`);
  const write = (text: string, due: { scheduledAt?: string } = {}) =>
    approvedPost({ author, reviewer }, { text, mediaIds, connectionIds, ...due });
  const warm = await inParallel(numbered(warmUpPosts), width, (n) => write(`Riscaldamento ${n} di ${Date.now()}`));
  await Promise.all(warm.map((id) => succeed(author.post(`/v1/posts/${id}/publish-now`))));
  await settled(author, warm, Date.now() + patienceMs);

  const startedAt = Date.now();
  const instant = Math.ceil((startedAt + leadMs) / 1_000) * 1_000;
  const scheduledAt = new Date(instant).toISOString();
  tell(`writing, submitting and approving ${posts} posts with ${connectionIds.length} targets, due at ${scheduledAt}`);
  const ids = await inParallel(numbered(posts), width, (n) =>
    write(`Puntualità ${n} di ${startedAt}`, { scheduledAt }),
  );
  const spareMs = instant - armedAheadMs - Date.now();
  if (spareMs < 0) throw new Complaint(`The posts were scheduled ${-spareMs} ms too late to be armed ahead.`);
  tell(`all are scheduled; ${Math.round(spareMs / 1_000)} s until the first are armed`);
  await sleep(instant - Date.now() + 5_000);
  tell('the instant has passed; waiting until every post has settled');
  const ends = await settled(author, ids, instant + patienceMs);

  const lateness = await arrivals(environment, instant, startedAt);
  const shown = await shownPosts(environment, startedAt);
  const texts = shown.filter(({ text }) => text.endsWith(`di ${startedAt}`));
  const copies = texts.length - new Set(texts.map(({ network, text }) => `${network} ${text}`)).size;
  report('punctuality', {
    posts,
    targets: posts * connectionIds.length,
    calls: lateness.length,
    p50_ms: percentile(lateness, 0.5),
    p95_ms: percentile(lateness, 0.95),
    max_ms: percentile(lateness, 1),
    negatives: lateness.filter((ms) => ms < 0).length,
    published_targets: ends.flatMap(({ targets }) => targets).filter(({ state }) => state === 'published').length,
    ever_unconfirmed_targets: ends.flatMap(({ timeline }) => timeline).filter(({ code }) => code === unconfirmed)
      .length,
    duplicates: copies,
    missing: posts * connectionIds.length - (texts.length - copies),
  });
}

const unconfirmed = 'target.unconfirmed';

const postEnd = z.object({
  status: z.string(),
  targets: z.array(z.object({ state: z.string() })),
  timeline: z.array(z.object({ code: z.string() })),
});

/** How each post ended; also those that have not by the deadline. */
async function settled(person: Person, ids: readonly string[], deadline: number) {
  return inParallel(ids, width, async (id) => {
    for (;;) {
      const post = postEnd.parse(await succeed(person.get(`/v1/posts/${id}`)));
      if (['published', 'partially_published', 'failed'].includes(post.status) || Date.now() > deadline) return post;
      await sleep(1_000);
    }
  });
}

const requestList = z.array(z.object({ receivedAt: z.number() }));

/** By how many milliseconds each irreversible request of this run came after its instant. */
async function arrivals({ simulators }: Environment, instant: number, since: number): Promise<readonly number[]> {
  const perNetwork = await Promise.all(
    irreversible.map(async ([name, operation]) => {
      const response = await fetch(`${simulators[name]?.control}/requests?operation=${operation}&since=${since}`);
      const lateness = requestList.parse(await response.json()).map(({ receivedAt }) => receivedAt - instant);
      tell(`${operation}: ${lateness.length} calls, p95 ${percentile(lateness, 0.95)} ms late`);
      return lateness;
    }),
  );
  return perNetwork.flat();
}

async function shownPosts({ simulators }: Environment, since: number) {
  const lists = await Promise.all(
    Object.values(simulators).map(async ({ control }) => {
      const response = await fetch(`${control}/published?since=${since}`);
      return publishedList.parse(await response.json());
    }),
  );
  return lists.flat();
}

/** Instagram takes a hundred posts a day from one account; here it takes them all. */
async function liftQuota({ simulators }: Environment): Promise<void> {
  const response = await fetch(`${simulators['graph']?.control}/settings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ publishingQuota: posts * 10 }),
  });
  if (!response.ok) throw new Complaint(`The simulator refuses to lift its quota (HTTP ${response.status}).`);
}

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);

await runProgram(measure);
