import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Approvals of campaigns besides those of posts, the policy that campaigns pass, and what people are told of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table approval
      alter column post_id drop not null,
      alter column revision_id drop not null,
      add column campaign_id uuid,
      add constraint approval_subject_check
        check (num_nonnulls(post_id, campaign_id) = 1 and (post_id is null) = (revision_id is null)),
      add foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade;
    create unique index approval_open_of_campaign on approval (tenant_id, campaign_id)
      where outcome is null and campaign_id is not null;
    create index approval_by_campaign on approval (tenant_id, campaign_id, id desc) where campaign_id is not null;

    alter table campaign_setting
      -- What a campaign must pass before it is scheduled; null: nothing.
      add column approval_policy_id uuid,
      add foreign key (tenant_id, approval_policy_id) references approval_policy (tenant_id, id),
      -- One decision, which the approval takes the place of.
      drop column review_required;

    alter table notification
      drop constraint notification_subject_check,
      add constraint notification_subject_check
        check (num_nonnulls(post_id, connection_id, campaign_id) = 1
               and (kind like 'connection_%') = (connection_id is not null)
               and (kind not like 'campaign_%' or campaign_id is not null)
               and (kind <> 'mentioned' or post_id is not null));
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- Even the owner sees no tenant's rows; inside this transaction it lifts that for itself.
    alter table notification no force row level security;
    delete from notification where campaign_id is not null and kind not like 'campaign_%';
    alter table notification force row level security;
    alter table notification
      drop constraint notification_subject_check,
      add constraint notification_subject_check
        check (num_nonnulls(post_id, connection_id, campaign_id) = 1
               and (kind like 'connection_%') = (connection_id is not null)
               and (kind like 'campaign_%') = (campaign_id is not null));

    alter table campaign_setting
      drop column approval_policy_id,
      add column review_required boolean not null default true;

    alter table approval no force row level security;
    delete from approval where campaign_id is not null;
    alter table approval force row level security;
    alter table approval
      drop constraint approval_subject_check,
      drop column campaign_id,
      alter column post_id set not null,
      alter column revision_id set not null;
    `,
  );
}
