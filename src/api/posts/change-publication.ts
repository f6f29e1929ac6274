import type { z } from 'zod';
import { lockPublished, type PublishedTarget, setChanging } from '../../db/after-publication.ts';
import { breakConnection, noteSuccess } from '../../db/connection-grant.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { networkNames } from '../../domain/network.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { errorOf, scopesRefused } from '../../domain/connection-health.ts';
import type { GrantKind } from '../../domain/grant.ts';
import { type PageAccess, readAccess } from '../connections/page-access.ts';
import { askWithRenewal, type Renew } from '../connections/renew.ts';
import type { ProblemKinds } from '../problem.ts';
import type { ActContext } from '../route-context.ts';
import type { targetParams } from './post-schemas.ts';
import type { ChangeOutcome, PublicationChange, PublishedPage, PublishedPosts } from './published-posts.ts';
import { reasonSentence } from './sentences.ts';

export interface PublicationDependencies {
  readonly published: PublishedPosts;
  readonly renew: Renew;
  readonly masterKeys: readonly SealKey[];
}

export const publicationProblems = {
  not_published: {
    status: 409,
    title: 'Not published',
    description:
      'The target is not published, so there is nothing on the network to change; `state` names where it stands.',
    example: { state: 'waiting' },
  },
  not_offered: {
    status: 409,
    title: 'Not offered by the network',
    description: 'The network lets no program do this; it has to be done on the network itself. `network` names it.',
    example: { network: 'instagram' },
  },
  change_under_way: {
    status: 409,
    title: 'Change under way',
    description: 'Somebody is changing the same publication at this moment. Repeat in some seconds.',
  },
  connection_broken: {
    status: 409,
    title: 'Connection broken',
    description:
      'The network does not accept the connection’s access, or the connection was ended; `state` says which. Renew it, then repeat.',
    example: { state: 'expired' },
  },
  change_refused: {
    status: 422,
    title: 'Change refused',
    description: 'The network refuses the change for good; `code` says why. The publication is as it was.',
    example: { code: 'content_refused', network: 'facebook' },
  },
  network_unavailable: {
    status: 503,
    title: 'Network unavailable',
    description:
      'The network did not answer, or is in trouble; `network` names it. The change may have taken effect there all the same: repeating is safe, and brings both to the same state.',
    example: { network: 'facebook' },
  },
} as const satisfies ProblemKinds;

type Context = Pick<
  ActContext<z.output<typeof targetParams>, unknown, unknown, keyof typeof publicationProblems>,
  'params' | 'caller' | 'now' | 'inTenant' | 'refuse' | 'services'
>;

export interface Change {
  readonly kind: PublicationChange;
  /** Throws what stands in the way. False: it is as the caller wants it, and the network need not be asked. */
  isNeeded(trx: TenantTransaction, target: PublishedTarget): Promise<boolean>;
  call(page: PublishedPage, providerPostId: string, signal: AbortSignal): Promise<ChangeOutcome>;
  /** Writes down what the network shows from now on. The target is locked. */
  record(trx: TenantTransaction, target: PublishedTarget): Promise<void>;
}

/** Longer than any network takes, repetitions included. */
const callTimeoutMs = 20_000;
/** Longer than two calls with a renewed token between them: only a process that has died leaves it to run out. */
const leaseMs = 90_000;

/**
 * Changes what a network shows, and then writes it down. Changes of one publication exclude each other by a lease, so
 * that the last one that is recorded is the last one that the network was told. A process that dies in between leaves
 * the network changed and the row not: repeating the request changes nothing there and writes it down.
 */
export async function changePublication(
  ctx: Context,
  dependencies: PublicationDependencies,
  change: Change,
): Promise<void> {
  const begun = await ctx.inTenant((trx) => begin(trx, ctx, dependencies, change));
  if (begun === null) return;
  const { page, providerPostId } = begun;
  const token = {
    tenantId: ctx.caller.tenantId,
    connectionId: begun.target.connectionId,
    tokenVersion: begun.access.tokenVersion,
    accessToken: page.accessToken,
  };
  const outcome = await askWithRenewal<ChangeOutcome>(dependencies.renew, token, (accessToken) =>
    change.call({ ...page, accessToken }, providerPostId, AbortSignal.timeout(callTimeoutMs)),
  );
  await ctx.inTenant((trx) => settle(trx, ctx, { change, outcome, begun }));
  if (outcome.kind !== 'done') throw refusalOf(ctx, outcome, page);
}

interface Begun {
  readonly target: PublishedTarget;
  readonly providerPostId: string;
  readonly page: PublishedPage;
  readonly grantKind: GrantKind;
  readonly access: PageAccess;
}

/** Takes the lease. Returns null when there is nothing to do. */
async function begin(
  trx: TenantTransaction,
  { params, caller, now, refuse }: Context,
  { published, masterKeys }: Pick<PublicationDependencies, 'published' | 'masterKeys'>,
  change: Change,
): Promise<Begun | null> {
  const target = await lockPublished(trx, params.postId, params.targetId);
  if (target === null) throw refuse('not_found');
  const { network, state, providerPostId, connectionId, changingUntil } = target;
  if (state !== 'published' || providerPostId === null) throw refuse('not_published', { extensions: { state } });
  if (!published.offers(network, change.kind)) {
    throw refuse('not_offered', {
      detail: `${networkNames[network]} lets no program ${change.kind} what is published.`,
      extensions: { network },
    });
  }
  if (!(await change.isNeeded(trx, target))) return null;
  if (changingUntil !== null && changingUntil > now) throw refuse('change_under_way');
  const access = await readAccess(trx, { tenantId: caller.tenantId, connectionId, now }, masterKeys);
  if (access === null || access.page === null || access.page === 'none') {
    throw refuse('connection_broken', { extensions: { state: access?.state ?? 'disconnected' } });
  }
  await setChanging(trx, target.id, new Date(now.getTime() + leaseMs));
  const { externalId, accessToken, kind: grantKind } = access.page;
  return { target, providerPostId, page: { network, externalId, accessToken }, grantKind, access };
}

/** Gives the lease back, and writes down what has come of the call. */
async function settle(
  trx: TenantTransaction,
  { caller: { tenantId }, params, services }: Context,
  { change, outcome, begun }: { change: Change; outcome: ChangeOutcome; begun: Begun },
): Promise<void> {
  const now = new Date(services.clock());
  const { connectionId } = begun.target;
  const target = await lockPublished(trx, params.postId, params.targetId);
  if (target === null) throw new Error('a published target has gone');
  await setChanging(trx, target.id, null);
  if (outcome.kind === 'done') {
    await change.record(trx, target);
    await noteSuccess(trx, { tenantId, connectionId }, now);
  }
  if (outcome.kind === 'grant_refused') {
    const [state, code] =
      outcome.problem === 'gone'
        ? (['expired', 'grant_gone'] as const)
        : (['refresh_required', 'permission_lost'] as const);
    const { grantVersion } = begun.access;
    const error = errorOf(code, outcome, now);
    const standing = { network: begun.page.network, grantKind: begun.grantKind };
    const missing = state === 'expired' ? [] : scopesRefused('publish', outcome.missing, standing);
    await breakConnection(trx, { tenantId, connectionId }, { grantVersion, state, missing, error, now });
  }
}

/** The words of a network stay in Postgres: callers are told codes. */
function refusalOf({ refuse }: Context, outcome: Exclude<ChangeOutcome, { kind: 'done' }>, { network }: PublishedPage) {
  switch (outcome.kind) {
    case 'refused': {
      const { code, providerCode } = outcome.refusal;
      return refuse('change_refused', { detail: reasonSentence(code), extensions: { code, providerCode, network } });
    }
    case 'grant_refused':
      return refuse('connection_broken', {
        extensions: { state: outcome.problem === 'gone' ? 'expired' : 'refresh_required' },
      });
    case 'trouble': {
      const seconds = Math.ceil((outcome.retryAfterMs ?? usualRetryMs) / 1_000);
      return refuse('network_unavailable', { extensions: { network }, headers: { 'retry-after': String(seconds) } });
    }
  }
}

const usualRetryMs = 10_000;
