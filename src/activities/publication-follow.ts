import { ChannelError, type Published } from '../channels/channel.ts';
import { changeTarget, selectPublishedId } from '../db/post-target.ts';
import type { PublicationKey } from '../db/publication.ts';
import { withTenant } from '../db/tenant.ts';
import type { FollowResult, PublishRefusal } from '../domain/publication.ts';
import { loadJob, type PublicationDependencies } from './publication-job.ts';
import { askWithRenewal } from './renewed-access.ts';
import { refusalOf, writePublished, writeRefusal } from './publication-outcome.ts';

type Standing = Published | null | ChannelError;

/**
 * Asks how far the network is with a post that it has accepted, and writes it down once that is decided: out, or not to
 * be processed after all. Throws `ChannelError` while the network cannot say.
 */
export async function followAccepted(
  dependencies: PublicationDependencies,
  { last, ...key }: PublicationKey & { last: boolean },
  signal: AbortSignal,
): Promise<FollowResult> {
  const { db, clock, refresh } = dependencies;
  const now = new Date(clock());
  const job = await loadJob(dependencies, key);
  const providerPostId = await withTenant(db, key.tenantId, (trx) => selectPublishedId(trx, key));
  // Without a token nobody can ask; a renewed one brings the next question further.
  const { page } = job;
  const standing =
    page === null || providerPostId === null
      ? 'unknown'
      : await standingOf(
          askWithRenewal(refresh, { ...job, page }, (access) => job.channel.check(access, providerPostId, { signal })),
        );
  if (standing === 'unknown' || (standing !== null && 'pending' in standing)) {
    if (!last) return { kind: 'processing' };
    const reason = { code: 'no_answer', providerCode: null, providerMessage: null } as const;
    await withTenant(db, key.tenantId, (trx) =>
      changeTarget(trx, key, { state: 'unconfirmed', reason, event: 'target.unconfirmed', now }),
    );
    return { kind: 'doubtful' };
  }
  if (standing !== null && !(standing instanceof ChannelError)) {
    await withTenant(db, key.tenantId, (trx) => writePublished(trx, key, { published: standing, now }));
    return { kind: 'published' };
  }
  // What was accepted and is gone has been taken down, or was dropped with what could not be processed.
  const refusal: PublishRefusal =
    standing === null ? { code: 'processing_failed', providerCode: null } : refusalOf(standing);
  const providerMessage = standing?.provider?.message ?? null;
  await withTenant(db, key.tenantId, (trx) => writeRefusal(trx, key, { refusal, providerMessage, now }));
  return { kind: 'refused', refusal };
}

async function standingOf(question: Promise<Published | null>): Promise<Standing> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof ChannelError && error.class === 'content_refused') return error;
    throw error;
  }
}
