import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** What becomes of what waited for a page, and of an authorization that has served its time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table connection_authorization
      -- Of a refresh or transfer, which settles when the person comes back: what becomes of posts whose slot has passed.
      add column passed_slots text not null default 'ask' check (passed_slots in ('now', 'ask', 'drop'));
    -- It names every page that a person could have chosen: that is not kept for ever.
    grant delete, select (created_at) on connection_authorization to chorally_system;
    create index connection_authorization_created on connection_authorization (created_at);
    create index connection_authorization_of_user on connection_authorization (tenant_id, user_id)
      where state in ('connecting', 'selecting_page');
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop index connection_authorization_of_user, connection_authorization_created;
     revoke delete, select (created_at) on connection_authorization from chorally_system;
     alter table connection_authorization drop column passed_slots;`,
  );
}
