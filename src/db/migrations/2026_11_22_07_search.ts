import type { Kysely } from 'kysely';
import { currentTenant, run } from './tenant-table.ts';

/**
 * Text search. Row-level security hides trigram indexes, since \`ilike\` is not leakproof; so the search runs as a
 * no-login role that sees every row, filters by the tenant setting itself, and returns ids only.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    grant select on post, post_revision to chorally_search;
    create policy search on post for select to chorally_search using (true);
    create policy search on post_revision for select to chorally_search using (true);

    create function search_post(pattern text, before uuid, at_most integer) returns setof uuid
    language sql stable security definer set search_path = pg_catalog, public as $$
      select post.id
      from post_revision revision
      join post on post.tenant_id = revision.tenant_id and post.revision_id = revision.id
      where revision.tenant_id = ${currentTenant}
        and revision.search_text ilike pattern
        and (before is null or post.id < before)
      order by post.id desc
      limit at_most
    $$;
    revoke all on function search_post(text, uuid, integer) from public;
    grant execute on function search_post(text, uuid, integer) to chorally_app;
    grant create on schema public to chorally_search;
    alter function search_post(text, uuid, integer) owner to chorally_search;
    revoke create on schema public from chorally_search;
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop function search_post(text, uuid, integer);
     drop policy search on post;
     drop policy search on post_revision;
     revoke all on post, post_revision from chorally_search;`,
  );
}
