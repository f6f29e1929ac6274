import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** What the cards of connections are listed by, and how a disconnect may end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table connection
      drop constraint connection_revocation_check,
      -- 'shared': other connections live by the same consent, so that the network was not told.
      add constraint connection_revocation_check
        check (revocation in ('pending', 'done', 'shared', 'failed', 'not_offered'));
    create index connection_by_name on connection (tenant_id, name, id);
    -- The sweep of stored files asks whether a connection shows one.
    create index connection_by_picture on connection (tenant_id, picture_sha256) where picture_sha256 is not null;
    create index admin_profile_by_name on admin_profile (tenant_id, name, id);
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop index admin_profile_by_name, connection_by_picture, connection_by_name;
     alter table connection drop constraint connection_revocation_check;`,
  );
}
