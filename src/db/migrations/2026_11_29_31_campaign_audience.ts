import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** What campaigns need before anything is sent, and what is known of them when everything has been. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- The people of one snapshot who have not been written into the ledger yet. Without foreign keys, which would be
    -- checked a million times: a campaign with people is never deleted, and a person who is erased is left out later.
    create table campaign_audience (
      tenant_id uuid not null,
      campaign_id uuid not null,
      -- In the order of the audience, from 1.
      place integer not null,
      author_id uuid not null,
      -- Why they are sent nothing; null: they are sent one of the variants.
      skip_reason text,
      -- Among those who are sent something, by a hash of who they are; decides who gets which variant.
      rank integer,
      primary key (tenant_id, campaign_id, place),
      check ((skip_reason is null) = (rank is not null))
    );

    -- Up to which rank of the frozen audience people get this variant; null: it is not frozen.
    alter table campaign_variant add column last_rank integer;

    alter table campaign_setting
      -- Whether a campaign passes a review before it may be scheduled.
      add column review_required boolean not null default true;

    -- Counted from the ledger now and then: src/db/campaign-results.ts.
    create table campaign_result (
      tenant_id uuid not null,
      campaign_id uuid not null,
      kind text not null,
      counted_at timestamptz not null,
      -- How long counting took; decides how soon it is worth repeating.
      took_ms integer not null,
      result jsonb not null,
      primary key (tenant_id, campaign_id, kind),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade
    );
    `,
  );
  await confineToTenant(db, 'campaign_audience');
  await confineToTenant(db, 'campaign_result');
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table campaign_result, campaign_audience;
     alter table campaign_setting drop column review_required;
     alter table campaign_variant drop column last_rank`,
  );
}
