import { ApplicationFailure, Context } from '@temporalio/activity';
import { ChannelError, type PageAccess, type Prepared, type PublishedCandidate } from '../channels/channel.ts';
import {
  changeTarget,
  claimedPosts,
  isCurrent,
  noteQuota,
  savePermalink,
  savePrepared,
  selectPublishedId,
} from '../db/post-target.ts';
import type { PublicationKey } from '../db/publication.ts';
import { selectAttempt, settleAttempt, type StoredAttempt, wasFoundAbsent } from '../db/publish-attempt.ts';
import { withTenant } from '../db/tenant.ts';
import { violations } from '../domain/content-violations.ts';
import { type FollowResult, type LookResult, type PrepareResult, repeatsByItself } from '../domain/publication.ts';
import { openCallDesk } from './call-desk.ts';
import { whileBeating } from './heartbeat.ts';
import { followAccepted } from './publication-follow.ts';
import { loadJob, type PublicationDependencies, type PublicationJob } from './publication-job.ts';
import { grantProblemOf, park, refusalOf, storedResult, writeRefusal, writeTaken } from './publication-outcome.ts';
import { isUsedUp } from './publishing-quota.ts';
import { publishOnce } from './publish-once.ts';
import { askWithRenewal } from './renewed-access.ts';

export type PublicationActivities = ReturnType<typeof publicationActivities>;

/** The network's clock and ours may differ, and a post's time is often cut to the second. */
const clockSkewMs = 5_000;

/** What brings one post to one page: the side effects on the networks, and what came of them in Postgres. */
export function publicationActivities(dependencies: PublicationDependencies) {
  const { db, clock, refresh } = dependencies;
  const desk = openCallDesk(dependencies);
  const signal = (): AbortSignal => Context.current().cancellationSignal;

  return {
    /** Judges the content once more and makes uploads and containers. Repeatable; continues what it finds. */
    async prepareTarget(key: PublicationKey): Promise<PrepareResult> {
      const job = await loadJob(dependencies, key);
      if (!isWithinLimits(job)) return refuse(job, { code: 'limits', providerCode: null }, null);
      const { page } = job;
      if (page === null || job.publication.page.problem !== null) return parkUnusable(job);
      const { prepared } = job.publication;
      const result = await prepareWith({ ...job, page }, (access) =>
        job.channel.prepare(access, job.content, prepared, { signal: signal() }),
      );
      if ((result.kind === 'ready' || result.kind === 'processing') && (await isUsedUp(job))) {
        // Said now, while somebody can still choose another slot; it is judged again when the post is due.
        const now = new Date(clock());
        await withTenant(db, key.tenantId, (trx) => noteQuota(trx, key, { now, afterMs: null }));
      }
      return result;
    },

    /** Asks whether the network has finished processing, and hands over what was waiting for that. */
    async checkPreparedTarget(key: PublicationKey): Promise<PrepareResult> {
      const job = await loadJob(dependencies, key);
      const { page } = job;
      const { prepared } = job.publication;
      if (page === null || job.publication.page.problem !== null) return parkUnusable(job);
      if (prepared === null || prepared.state === 'ready') return { kind: 'ready' };
      return prepareWith({ ...job, page }, async (access) => {
        const checked = await job.channel.checkPrepared(access, prepared, { signal: signal() });
        const isUnfinished = checked.state === 'processing' && checked.unfinished === true;
        return isUnfinished ? job.channel.prepare(access, job.content, checked, { signal: signal() }) : checked;
      });
    },

    publishTarget: (input: PublicationKey & { n: number; slot: number }) => publishOnce(dependencies, desk, input),

    /** Asks how far the network is with a post that it has accepted; publishes nothing. */
    followAccepted: (input: PublicationKey & { last: boolean }): Promise<FollowResult> =>
      askNetwork(followAccepted(dependencies, input, signal())),

    /** Reads the address of a published post that the network did not tell at once. */
    async readPermalink(key: PublicationKey): Promise<{ kind: 'read' | 'unknown' }> {
      const job = await loadJob(dependencies, key);
      const providerPostId = await withTenant(db, key.tenantId, (trx) => selectPublishedId(trx, key));
      const { page } = job;
      if (page === null || providerPostId === null) return { kind: 'unknown' };
      const published = await askNetwork(
        askWithRenewal(refresh, { ...job, page }, (access) =>
          job.channel.check(access, providerPostId, { signal: signal() }),
        ),
      );
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
      const { page } = job;
      if (page === null) throw ApplicationFailure.nonRetryable('the connection holds no token', 'grant_refused');
      const search = {
        text: job.publication.shown.text,
        anchor: job.publication.prepared?.anchor ?? null,
        parts: job.publication.prepared?.parts ?? [],
        since: attempt.callingAt.getTime() - clockSkewMs,
      };
      const candidates = await candidatesOf(
        askWithRenewal(refresh, { ...job, page }, (access) =>
          job.channel.findPublished(access, search, { signal: signal() }),
        ),
      );
      if (candidates instanceof ChannelError) return refuseFound(job, n, candidates);
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
        const answer = { kind: match.pending === true ? 'accepted' : 'published' } as const;
        if (!(await settleAttempt(trx, { ...key, n }, { answer, now }))) {
          return settledMeanwhile(await selectAttempt(trx, { ...key, n }));
        }
        await writeTaken(trx, key, { published: match, data: { found: match.matchedBy }, now });
        return answer;

        /** A second absence would mean that the network hides the post: then a person decides. */
        async function giveUpLooking(): Promise<LookResult> {
          if (!repeatsByItself(key.network) || (await wasFoundAbsent(trx, { ...key, n }))) return { kind: 'ambiguous' };
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

  /** The call did arrive, and what it brought could not be processed: nothing is to be seen, and nothing will be. */
  function refuseFound({ key }: PublicationJob, n: number, error: ChannelError): Promise<LookResult> {
    const now = new Date(clock());
    const refusal = refusalOf(error);
    const providerMessage = error.provider?.message ?? null;
    return withTenant(db, key.tenantId, async (trx) => {
      const result = { kind: 'refused', refusal } as const;
      if (!(await settleAttempt(trx, { ...key, n }, { answer: result, now }))) {
        return settledMeanwhile(await selectAttempt(trx, { ...key, n }));
      }
      await writeRefusal(trx, key, { refusal, providerMessage, now });
      return { kind: 'answered', result };
    });
  }

  async function prepareWith(
    job: PublicationJob & { readonly page: PageAccess },
    ask: (page: PageAccess) => Promise<Prepared>,
  ): Promise<PrepareResult> {
    try {
      // A long film takes minutes to upload.
      const prepared = await whileBeating(() => askWithRenewal(refresh, job, ask));
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
    const problem = job.publication.page.problem ?? 'gone';
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

/** The candidates, or the network's word that it took the post and could not process it. */
async function candidatesOf(
  search: Promise<readonly PublishedCandidate[]>,
): Promise<readonly PublishedCandidate[] | ChannelError> {
  try {
    return await search;
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    if (error.class === 'content_refused') return error;
    throw asFailure(error);
  }
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
