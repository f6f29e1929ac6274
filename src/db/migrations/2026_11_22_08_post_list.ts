import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** How many of the newest posts are looked through before the trigram index is asked. */
const newest = 1_000;

/**
 * What lists of posts need at a hundred thousand of them: indexes for their filters, and a search that takes the
 * filters in, so that it need not bring every post that says a common word. A common word is found among the newest
 * posts by looking; only a rare one asks the trigram index, which knows nothing of order.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create index post_by_creation on post (tenant_id, created_at);
    create index post_attention on post (tenant_id, id desc) where attention;

    grant select on post_target to chorally_search;
    create policy search on post_target for select to chorally_search using (true);

    drop function search_post(text, uuid, integer);
    create function search_post(
      pattern text, before uuid, at_most integer,
      statuses text[] default null, author uuid default null, connection uuid default null,
      wants_attention boolean default null,
      created_from timestamptz default null, created_to timestamptz default null,
      scheduled_from timestamptz default null, scheduled_to timestamptz default null
    ) returns setof uuid
    language plpgsql stable security definer rows 25
    set search_path = pg_catalog, public
    -- The filters that are null fold away only in a plan made for this call.
    set plan_cache_mode = force_custom_plan
    as $$
    declare
      tenant constant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
      seen uuid[];
      seen_revisions uuid[];
      found_ids uuid[];
    begin
      select array_agg(id order by id desc), array_agg(revision_id order by id desc)
      into seen, seen_revisions
      from (select post.id, post.revision_id from post where ${filters} order by post.id desc limit ${newest});

      -- One by one in their order, which offset 0 keeps: looking ends as soon as there are enough.
      found_ids := array(
        select candidate.id
        from unnest(seen, seen_revisions) with ordinality as candidate (id, revision_id, place)
        cross join lateral (
          select from post_revision revision
          where revision.tenant_id = tenant and revision.id = candidate.revision_id
            and revision.search_text ilike pattern
          offset 0) match
        order by candidate.place
        limit at_most);
      return query select unnest(found_ids);
      if cardinality(found_ids) = at_most or coalesce(cardinality(seen), 0) < ${newest} then return; end if;

      return query
        select post.id
        from post_revision revision
        join post on post.tenant_id = tenant and post.id = revision.post_id and post.revision_id = revision.id
        where revision.tenant_id = tenant and revision.search_text ilike pattern
          and ${filters} and post.id < seen[${newest}]
        order by post.id desc
        limit at_most - cardinality(found_ids);
    end $$;
    revoke all on function search_post from public;
    grant execute on function search_post to chorally_app;
    grant create on schema public to chorally_search;
    alter function search_post owner to chorally_search;
    revoke create on schema public from chorally_search;
    `,
  );
}

const filters = `post.tenant_id = tenant
        and (before is null or post.id < before)
        and (statuses is null or post.status = any (statuses))
        and (author is null or post.created_by = author)
        and (wants_attention is null or post.attention = wants_attention)
        and (created_from is null or post.created_at >= created_from)
        and (created_to is null or post.created_at < created_to)
        and (scheduled_from is null or post.scheduled_at >= scheduled_from)
        and (scheduled_to is null or post.scheduled_at < scheduled_to)
        and (connection is null or post.id in (select target.post_id from post_target target
                                               where target.tenant_id = tenant
                                                 and target.connection_id = connection))`;

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop function search_post;
     drop policy search on post_target;
     revoke all on post_target from chorally_search;
     drop index post_attention, post_by_creation;
     -- What the migration before this one takes away.
     create function search_post(pattern text, before uuid, at_most integer) returns setof uuid
       language sql as $$ select null::uuid where false $$;`,
  );
}
