import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** What became of a publication afterwards: its text was changed on the network, or it was taken down. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table post_target
      add column edited_at timestamptz,
      add column edited_by uuid,
      -- What the page shows since then; before, it is the post's own revision.
      add column edited_revision_id uuid,
      add column removed_at timestamptz,
      add column removed_by uuid,
      -- Somebody is changing it at the network, and is believed to be alive until then.
      add column changing_until timestamptz,
      add foreign key (tenant_id, edited_by) references tenant_member (tenant_id, user_id),
      add foreign key (tenant_id, removed_by) references tenant_member (tenant_id, user_id),
      add foreign key (tenant_id, post_id, edited_revision_id)
        references post_revision (tenant_id, post_id, id) deferrable initially deferred,
      add check (num_nulls(edited_at, edited_by, edited_revision_id) in (0, 3)),
      add check (num_nulls(removed_at, removed_by) in (0, 2));
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table post_target drop column edited_at, drop column edited_by, drop column edited_revision_id,
       drop column removed_at, drop column removed_by, drop column changing_until;`,
  );
}
