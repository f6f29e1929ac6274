import { selectDestinations } from '../../db/post-destination.ts';
import type { PostContent } from '../../domain/content.ts';
import type { HandleContext } from '../route-context.ts';

type Context = Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'invalid'>;

/**
 * Throws 422 for pages that have been disconnected and that the post did not go to before. Those that it did stay: the
 * author sees them and takes them out, or the page is connected again.
 */
export async function requireLiveTargets(
  { trx, invalid }: Context,
  { targets }: Pick<PostContent, 'targets'>,
  before: PostContent['targets'] = [],
): Promise<void> {
  const known = new Set(before.map(({ connectionId }) => connectionId));
  const destinations = await selectDestinations(
    trx,
    targets.map(({ connectionId }) => connectionId),
  );
  const dead = targets.flatMap(({ connectionId }, index) =>
    known.has(connectionId) || destinations.get(connectionId)?.state !== 'disconnected'
      ? []
      : [
          {
            pointer: `/targets/${index}/connectionId`,
            rule: 'connection_state',
            limit: 'connected',
            value: 'disconnected',
            detail: 'is disconnected',
          },
        ],
  );
  if (dead.length > 0) throw invalid(dead);
}
