import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Notifications of connections besides those of posts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table notification
      alter column post_id drop not null,
      add column connection_id uuid,
      drop constraint notification_kind_check,
      add constraint notification_kind_check check (kind in ('approval_requested', 'approval_reminder',
        'approval_escalated', 'approval_delegated', 'approval_settled', 'approval_overdue', 'mentioned',
        'connection_degraded', 'connection_refresh_required', 'connection_expired', 'connection_reminder',
        'connection_repaired')),
      add constraint notification_subject_check
        check (case when kind like 'connection_%' then post_id is null and connection_id is not null
                    else post_id is not null and connection_id is null end),
      add foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade;
    -- Beside the one of posts, which the release before this one names in its inserts.
    create unique index notification_of_connection
      on notification (tenant_id, connection_id, kind, episode, user_id) where connection_id is not null;
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- Even the owner sees no tenant's rows; inside this transaction it lifts that for itself.
    alter table notification no force row level security;
    delete from notification where connection_id is not null;
    alter table notification force row level security;
    drop index notification_of_connection;
    alter table notification
      drop constraint notification_subject_check,
      drop column connection_id,
      alter column post_id set not null,
      drop constraint notification_kind_check,
      add constraint notification_kind_check check (kind in ('approval_requested', 'approval_reminder',
        'approval_escalated', 'approval_delegated', 'approval_settled', 'approval_overdue', 'mentioned'));
    `,
  );
}
