import { sql } from 'kysely';
import type { ConnectionId, PostId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** A post written longer before than this is not looked at, even if it came out since. */
const writtenWithinMs = 90 * 86_400_000;

/**
 * For each page the latest other post that says exactly the same there: in review, on its way, or published since
 * `since`. Drafts do not count, nor does what was refused or taken back.
 */
export async function selectSameTexts(
  trx: TenantTransaction,
  wanted: readonly { readonly connectionId: ConnectionId; readonly text: string }[],
  { except, since, now }: { except: PostId | null; since: Date; now: Date },
): Promise<ReadonlyMap<ConnectionId, PostId>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ connection_id: ConnectionId; post_id: PostId }>`
    select distinct on (wanted.connection_id) wanted.connection_id, post.id as post_id
    from unnest(${wanted.map(({ connectionId }) => connectionId)}::uuid[], ${wanted.map(({ text }) => text)}::text[])
      as wanted (connection_id, text)
    join post_target target on target.connection_id = wanted.connection_id
      and target.post_id >= ${firstIdAt(now.getTime() - writtenWithinMs)}::uuid
      and target.state not in ('rejected', 'cancelled')
    join post on post.tenant_id = target.tenant_id and post.id = target.post_id
      and post.status in ('in_review', 'approved', 'scheduled', 'publishing', 'published', 'partially_published')
      and coalesce(target.published_at, post.scheduled_at, post.updated_at) >= ${since}
    join post_revision revision on revision.tenant_id = post.tenant_id and revision.id = post.revision_id
    where post.id is distinct from ${except}::uuid
      and exists (select from jsonb_array_elements(revision.content -> 'targets') as shown
                  where shown ->> 'connectionId' = wanted.connection_id::text
                    and coalesce(shown ->> 'text', revision.content ->> 'text') = wanted.text)
    order by wanted.connection_id, post.id desc`.execute(trx);
  return new Map(rows.map((row) => [row.connection_id, row.post_id]));
}

/** The smallest id that could have been made at an instant: uuids of version 7 begin with it. */
function firstIdAt(instant: number): string {
  const hex = instant.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
