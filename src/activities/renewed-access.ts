import { ChannelError, type PageAccess } from '../channels/channel.ts';
import type { PublicationJob } from './publication-job.ts';
import type { RefreshOutcome, RefreshRequest } from './token-refresh.ts';

/** Renews a connection's token, once across all processes. */
export type Refresh = (request: RefreshRequest) => Promise<RefreshOutcome>;

/** How soon a token that is refused although it is new is tried again. */
const oddTokenPauseMs = 60_000;

/** Whether a network refused the token itself, which a new one may mend; not the whole grant, nor a permission. */
export function hasLapsed(error: unknown): error is ChannelError {
  return error instanceof ChannelError && error.class === 'refresh_token' && error.grantProblem !== 'permission';
}

/** Asks a network what may be asked twice, and once more with a new token if it says that the token has lapsed. */
export async function askWithRenewal<T>(
  refresh: Refresh,
  { key, publication, page }: PublicationJob & { readonly page: PageAccess },
  ask: (page: PageAccess) => Promise<T>,
): Promise<T> {
  try {
    return await ask(page);
  } catch (refused) {
    if (!hasLapsed(refused)) throw refused;
    const { tenantId, connectionId } = key;
    const outcome = await refresh({ tenantId, connectionId, usedVersion: publication.page.tokenVersion });
    const standing = errorAfter(outcome, refused);
    if (standing !== null || !('accessToken' in outcome)) throw standing ?? refused;
    return askAgain(() => ask({ ...page, accessToken: outcome.accessToken }));
  }
}

async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw hasLapsed(error) ? oddToken(error) : error;
  }
}

/** What stands in the way after a refresh; `null`: nothing. Only where nothing can be renewed the refusal itself stands. */
export function errorAfter(outcome: RefreshOutcome, refused: ChannelError): ChannelError | null {
  switch (outcome.kind) {
    case 'fresh':
    case 'current':
      return null;
    case 'not_renewable':
    case 'grant_gone':
      return refused;
    case 'permission_lost':
      return new ChannelError('the network renews the token no more: a permission is missing', {
        class: 'refresh_token',
        mayHaveActed: false,
        grantProblem: 'permission',
        missingScopes: outcome.missing,
        provider: refused.provider,
      });
    case 'trouble':
      return later(refused, outcome.retryAfterMs);
  }
}

/** A new token that is refused says nothing of the grant: the network has just honoured it. */
export function oddToken(refused: ChannelError): ChannelError {
  return later(refused, oddTokenPauseMs);
}

function later({ provider }: ChannelError, retryAfterMs: number): ChannelError {
  const facts = { class: 'retry_later', mayHaveActed: false, retryAfterMs, provider } as const;
  return new ChannelError('the token has lapsed and could not be renewed yet', facts);
}
