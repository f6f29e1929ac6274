import { ApplicationFailure, Context } from '@temporalio/activity';
import { ChannelError, type Prepared } from '../channels/channel.ts';
import {
  changeTarget,
  claimedPosts,
  isCurrent,
  savePermalink,
  savePrepared,
  selectPublishedId,
} from '../db/post-target.ts';
import type { PublicationKey } from '../db/publication.ts';
import { selectAttempt, settleAttempt, type StoredAttempt } from '../db/publish-attempt.ts';
import { withTenant } from '../db/tenant.ts';
import { usable } from '../domain/connection.ts';
import { violations } from '../domain/content-violations.ts';
import { type LookResult, type PrepareResult, repeatsByItself } from '../domain/publication.ts';
import { openCallDesk } from './call-desk.ts';
import { whileBeating } from './heartbeat.ts';
import { loadJob, type PublicationDependencies, type PublicationJob } from './publication-job.ts';
import { grantProblemOf, park, refusalOf, storedResult, writePublished, writeRefusal } from './publication-outcome.ts';
import { publishOnce } from './publish-once.ts';

export type PublicationActivities = ReturnType<typeof publicationActivities>;

/** The network's clock and ours may differ, and a post's time is often cut to the second. */
const clockSkewMs = 5_000;

/** What brings one post to one page: the side effects on the networks, and what came of them in Postgres. */
export function publicationActivities(dependencies: PublicationDependencies) {
  const { db, clock } = dependencies;
  const desk = openCallDesk(dependencies);
  const signal = (): AbortSignal => Context.current().cancellationSignal;

  return {
    /** Judges the content once more and makes uploads and containers. Repeatable; continues what it finds. */
    async prepareTarget(key: PublicationKey): Promise<PrepareResult> {
      const job = await loadJob(dependencies, key);
      if (!isWithinLimits(job)) return refuse(job, { code: 'limits', providerCode: null }, null);
      const { page } = job;
      if (page === null || !usable(job.publication.page.state)) return parkUnusable(job);
      const { prepared } = job.publication;
      return prepareWith(job, () => job.channel.prepare(page, job.content, prepared, { signal: signal() }));
    },

    /** Asks whether the network has finished processing. */
    async checkPreparedTarget(key: PublicationKey): Promise<PrepareResult> {
      const job = await loadJob(dependencies, key);
      const { page } = job;
      const { prepared } = job.publication;
      if (page === null || !usable(job.publication.page.state)) return parkUnusable(job);
      if (prepared === null || prepared.state === 'ready') return { kind: 'ready' };
      return prepareWith(job, () => job.channel.checkPrepared(page, prepared, { signal: signal() }));
    },

    publishTarget: (input: PublicationKey & { n: number; slot: number }) => publishOnce(dependencies, desk, input),

    /** Reads the address of a published post that the network did not tell at once. */
    async readPermalink(key: PublicationKey): Promise<{ kind: 'read' | 'unknown' }> {
      const job = await loadJob(dependencies, key);
      const providerPostId = await withTenant(db, key.tenantId, (trx) => selectPublishedId(trx, key));
      if (job.page === null || providerPostId === null) return { kind: 'unknown' };
      const published = await askNetwork(job.channel.check(job.page, providerPostId, { signal: signal() }));
      const permalink = published?.permalink ?? null;
      if (permalink === null) return { kind: 'unknown' };
      const now = new Date(clock());
      await withTenant(db, key.tenantId, (trx) => savePermalink(trx, key, { permalink, now }));
      return { kind: 'read' };
    },

    /** Asks the network for a post whose answer was lost, and claims it if it is there. */
    async lookForTarget({ n, last, ...key }: PublicationKey & { n: number; last: boolean }): Promise<LookResult> {
      const job = await loadJob(dependencies, key);
      const attempt = await withTenant(db, key.tenantId, (trx) => selectAttempt(trx, { ...key, n }));
      if (attempt === null || attempt.callingAt === null || attempt.state !== 'calling') {
        return settledMeanwhile(attempt);
      }
      if (job.page === null) throw ApplicationFailure.nonRetryable('the connection holds no token', 'grant_refused');
      const search = {
        text: job.publication.shown.text,
        anchor: job.publication.prepared?.anchor ?? null,
        parts: job.publication.prepared?.parts ?? [],
        since: attempt.callingAt.getTime() - clockSkewMs,
      };
      const candidates = await askNetwork(job.channel.findPublished(job.page, search, { signal: signal() }));
      return withTenant(db, key.tenantId, async (trx) => {
        const now = new Date(clock());
        const claimed = await claimedPosts(
          trx,
          key,
          candidates.map(({ providerPostId }) => providerPostId),
        );
        const free = candidates.filter(({ providerPostId }) => !claimed.has(providerPostId));
        const proven = free.filter(({ matchedBy }) => matchedBy === 'anchor');
        const [match, ...others] = proven.length > 0 ? proven : free;
        if (match === undefined) return last ? giveUpLooking() : { kind: 'absent' };
        if (others.length > 0) {
          const reason = { code: 'ambiguous', providerCode: null, providerMessage: null } as const;
          await changeTarget(trx, key, { state: 'unconfirmed', reason, event: 'target.unconfirmed', now });
          return { kind: 'ambiguous' };
        }
        if (!(await settleAttempt(trx, { ...key, n }, { answer: { kind: 'published' }, now }))) {
          return settledMeanwhile(await selectAttempt(trx, { ...key, n }));
        }
        await writePublished(trx, key, { published: match, data: { found: match.matchedBy }, now });
        return { kind: 'published' };

        /** A second absence would mean that the network hides the post: then a person decides. */
        async function giveUpLooking(): Promise<LookResult> {
          const before = n === 1 ? null : await selectAttempt(trx, { ...key, n: n - 1 });
          if (!repeatsByItself(key.network) || before?.answer?.kind === 'absent') return { kind: 'ambiguous' };
          await settleAttempt(trx, { ...key, n }, { answer: { kind: 'absent' }, now });
          await changeTarget(trx, key, { state: 'waiting', reason: null, event: 'target.retrying', now });
          return { kind: 'absent' };
        }
      });
    },
  };

  /** Never "send again" for what a person has resolved, even if their word has not reached the process yet. */
  function settledMeanwhile(attempt: StoredAttempt | null): LookResult {
    const answer = attempt?.answer ?? { kind: 'absent' };
    if (answer.kind === 'resolved') return { kind: 'resolved' };
    return { kind: 'answered', result: storedResult(answer, clock()) };
  }

  async function prepareWith(job: PublicationJob, ask: () => Promise<Prepared>): Promise<PrepareResult> {
    try {
      // A long film takes minutes to upload.
      const prepared = await whileBeating(ask);
      if (prepared.state === 'refused') return await refuse(job, prepared.refusal, null);
      const now = new Date(clock());
      await withTenant(db, job.key.tenantId, (trx) => savePrepared(trx, job.key, { prepared, now }));
      return { kind: prepared.state };
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.class === 'content_refused') return refuse(job, refusalOf(error), error.provider?.message ?? null);
      const problem = grantProblemOf(error);
      if (problem === null) throw asFailure(error);
      const now = new Date(clock());
      const parked = await withTenant(db, job.key.tenantId, (trx) => park(trx, job, { problem, error, now }));
      if (parked.kind === 'retry_later') throw asFailure(error);
      return parked;
    }
  }

  async function refuse(
    { key }: PublicationJob,
    refusal: Extract<PrepareResult, { kind: 'refused' }>['refusal'],
    providerMessage: string | null,
  ): Promise<PrepareResult> {
    const now = new Date(clock());
    await withTenant(db, key.tenantId, async (trx) => {
      // Refused for a content that an edit has replaced meanwhile: the new one is prepared on its own.
      if (await isCurrent(trx, key)) await writeRefusal(trx, key, { refusal, providerMessage, now });
    });
    return { kind: 'refused', refusal };
  }

  async function parkUnusable(job: PublicationJob): Promise<PrepareResult> {
    const problem = job.publication.page.state === 'refresh_required' ? 'permission' : 'gone';
    const now = new Date(clock());
    await withTenant(db, job.key.tenantId, (trx) => park(trx, job, { problem, error: null, now }));
    return { kind: 'grant_refused' };
  }
}

function isWithinLimits({ key, publication: { content, media, linkImage } }: PublicationJob): boolean {
  const files = linkImage === null ? media : [...media, linkImage];
  const factsOf = new Map(files.map(({ id, facts }) => [id, facts]));
  const broken = violations(
    content,
    () => key.network,
    (id) => {
      const facts = factsOf.get(id);
      if (facts === undefined) throw new Error('the content names a file that was not loaded');
      return facts;
    },
  );
  return broken.length === 0;
}

async function askNetwork<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw error instanceof ChannelError ? asFailure(error) : error;
  }
}

/** For Temporal to try again, when the network says so. Type and code only: histories hold no words of a network. */
function asFailure(error: ChannelError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.class,
    message: `the network answered ${error.provider?.status ?? 'nothing'} (${error.provider?.code ?? 'no code'})`,
    nonRetryable: grantProblemOf(error) !== null,
    ...(error.retryAfterMs === null ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}
