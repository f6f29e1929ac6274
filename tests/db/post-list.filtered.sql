with "page" as (select * from "post" where "status" in ($1, $2) and "created_by" = $3 and "attention" = $4 and "created_at" >= $5 and "created_at" < $6 and "scheduled_at" >= $7 and "scheduled_at" < $8 and "id" in (select "post_id" from "post_target" where "connection_id" = $9) and "id" < $10 order by "id" desc limit 26) select "post"."id", "post"."status", "post"."attention", "post"."missed_slot", "post"."scheduled_at", "post"."published_at", "post"."created_at", "post"."updated_at", "post"."version", "post"."created_by" as "author_id", "author"."display_name" as "author_name", left(revision.content ->> 'text', 140) as "excerpt", revision.content -> 'mediaIds' as "media_ids", (
    select case split_part(media.mime_type, '/', 1) when 'image' then 'image' when 'video' then 'video' else 'document' end
    from media
    where media.tenant_id = post.tenant_id and media.id = (revision.content -> 'mediaIds' ->> 0)::uuid) as "first_media_kind", coalesce((
    select json_agg(json_build_object('id', target.id, 'connectionId', target.connection_id,
                                      'connectionName', connection.name, 'network', connection.network,
                                      'state', target.state, 'permalink', target.permalink,
                                      'removed', target.removed_at is not null)
                    order by target.id)
    from post_target target
    join connection on connection.tenant_id = target.tenant_id and connection.id = target.connection_id
    where target.tenant_id = post.tenant_id and target.post_id = post.id), '[]') as "targets" from "page" as "post" inner join "post_revision" as "revision" on "revision"."tenant_id" = "post"."tenant_id" and "revision"."id" = "post"."revision_id" inner join "tenant_member" as "author" on "author"."tenant_id" = "post"."tenant_id" and "author"."user_id" = "post"."created_by" order by "post"."id" desc