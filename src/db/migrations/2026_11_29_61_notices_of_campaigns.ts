import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Notifications of campaigns besides those of posts and connections. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table notification
      add column campaign_id uuid,
      drop constraint notification_kind_check,
      add constraint notification_kind_check check (kind in ('approval_requested', 'approval_reminder',
        'approval_escalated', 'approval_delegated', 'approval_settled', 'approval_overdue', 'mentioned',
        'connection_degraded', 'connection_refresh_required', 'connection_expired', 'connection_reminder',
        'connection_repaired', 'campaign_paused', 'campaign_finished')),
      drop constraint notification_subject_check,
      add constraint notification_subject_check
        check (num_nonnulls(post_id, connection_id, campaign_id) = 1
               and (kind like 'connection_%') = (connection_id is not null)
               and (kind like 'campaign_%') = (campaign_id is not null)),
      add foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade;
    create unique index notification_of_campaign
      on notification (tenant_id, campaign_id, kind, episode, user_id) where campaign_id is not null;
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- Even the owner sees no tenant's rows; inside this transaction it lifts that for itself.
    alter table notification no force row level security;
    delete from notification where campaign_id is not null;
    alter table notification force row level security;
    drop index notification_of_campaign;
    alter table notification
      drop constraint notification_subject_check,
      drop column campaign_id,
      add constraint notification_subject_check
        check (case when kind like 'connection_%' then post_id is null and connection_id is not null
                    else post_id is not null and connection_id is null end),
      drop constraint notification_kind_check,
      add constraint notification_kind_check check (kind in ('approval_requested', 'approval_reminder',
        'approval_escalated', 'approval_delegated', 'approval_settled', 'approval_overdue', 'mentioned',
        'connection_degraded', 'connection_refresh_required', 'connection_expired', 'connection_reminder',
        'connection_repaired'));
    `,
  );
}
