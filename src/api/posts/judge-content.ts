import { selectMediaFacts } from '../../db/media.ts';
import { mediaIdsOf } from '../../db/post-revision.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PostContent } from '../../domain/content.ts';
import { type Violation, violations } from '../../domain/content-violations.ts';
import type { ConnectionId, MediaId } from '../../domain/ids.ts';
import type { MediaFacts } from '../../domain/media.ts';
import type { PublishingNetwork } from '../../domain/network.ts';

/** What keeps a stored content from going out. Its files and connections must exist, as a revision's do. */
export async function judge(
  trx: TenantTransaction,
  content: PostContent,
  networkOf: (id: ConnectionId) => PublishingNetwork,
): Promise<readonly Violation[]> {
  const facts = await selectMediaFacts(trx, mediaIdsOf(content));
  return violations(content, networkOf, (id) => knownFacts(facts, id));
}

export function knownFacts(facts: ReadonlyMap<MediaId, MediaFacts>, id: MediaId): MediaFacts {
  const known = facts.get(id);
  if (known === undefined) throw new Error('a revision names a file that the tenant does not have');
  return known;
}
