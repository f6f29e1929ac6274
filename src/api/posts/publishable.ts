import { type Destination, selectDestinations } from '../../db/post-destination.ts';
import type { StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ConnectionState } from '../../domain/connection.ts';
import type { PostContent } from '../../domain/content.ts';
import type { Violation } from '../../domain/content-violations.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { FieldError } from '../problem.ts';
import type { ActContext } from '../route-context.ts';
import { judge } from './judge-content.ts';
import { presentViolation } from './present-post.ts';

type Context = Pick<ActContext<unknown, unknown, unknown, 'not_publishable' | 'connection_not_usable'>, 'refuse'>;

/**
 * The pages that a post goes to, once nothing stands in the way of its content. Throws 422 with all that does. A
 * connection whose access has lapsed does not: its target is parked until the connection is renewed.
 */
export async function requirePublishable(
  trx: TenantTransaction,
  { refuse }: Context,
  { content }: StoredPost,
): Promise<readonly Destination[]> {
  const known = await selectDestinations(
    trx,
    content.targets.map((target) => target.connectionId),
  );
  const destinations = content.targets.map(({ connectionId }) => destination(known, connectionId));
  const found = await judge(trx, content, (id) => destination(known, id).network);
  if (found.length > 0) {
    throw refuse('not_publishable', {
      detail: `The content breaks ${found.length} limit${found.length === 1 ? '' : 's'} of its networks.`,
      errors: found.map((violation) => fieldError(violation, content)),
      extensions: { violations: found.map(presentViolation) },
    });
  }
  const unusable = destinations.flatMap(({ state }, index) => (takesPosts(state) ? [] : [notUsable(index, state)]));
  if (unusable.length > 0) throw refuse('connection_not_usable', { errors: unusable });
  return destinations;
}

function destination(known: ReadonlyMap<ConnectionId, Destination>, id: ConnectionId): Destination {
  const found = known.get(id);
  if (found === undefined) throw new Error('a revision names a connection that the tenant does not have');
  return found;
}

function takesPosts(state: ConnectionState): boolean {
  return state !== 'disconnected';
}

function notUsable(index: number, state: ConnectionState): FieldError {
  return {
    pointer: `/targets/${index}/connectionId`,
    rule: 'connection_state',
    limit: 'connected',
    value: state,
    detail: `is ${state.replaceAll('_', ' ')}`,
  };
}

function fieldError(violation: Violation, content: PostContent): FieldError {
  const { rule, limit, value, message } = presentViolation(violation);
  return { pointer: pointerOf(violation, content), rule, limit, value, detail: message };
}

/** Where in the post the author mends it: in the target's own variant where it has one. */
function pointerOf({ field, mediaId, target }: Violation, { mediaIds, targets }: PostContent): string {
  const index = targets.findIndex(({ connectionId }) => connectionId === target);
  const own = targets[index];
  switch (field) {
    case 'targets':
    case 'link.title':
    case 'link.mediaId':
      return `/${field.replace('.', '/')}`;
    case 'format':
      return `/targets/${index}/format`;
    case 'text':
      return (own?.text ?? null) === null ? '/text' : `/targets/${index}/text`;
    case 'mediaIds': {
      const at = (own?.mediaIds ?? null) === null ? '/mediaIds' : `/targets/${index}/mediaIds`;
      return mediaId === null ? at : `${at}/${(own?.mediaIds ?? mediaIds).indexOf(mediaId)}`;
    }
  }
}
