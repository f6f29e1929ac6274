import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

const monthsAhead = 36;

/** The append-only event log, the queue between Postgres and Temporal, and the answers kept for repeated requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table event (
      tenant_id uuid not null,
      -- Readers take only xid < pg_snapshot_xmin(pg_current_snapshot()), in order (xid, position): a transaction that
      -- commits late would otherwise be skipped.
      xid xid8 not null default pg_current_xact_id(),
      position bigint generated always as identity,
      at timestamptz not null,
      kind text not null,
      entity text not null,
      entity_id uuid not null,
      actor_kind text not null check (actor_kind in ('user', 'process', 'network')),
      actor_id uuid,
      data jsonb not null default '{}',
      primary key (at, position)
    ) partition by range (at);
    create index event_by_entity on event (tenant_id, entity, entity_id, position);
    create index event_in_commit_order on event (tenant_id, xid, position);

    create table event_default partition of event default;
    do $$
    declare month date;
    begin
      for i in 0..${monthsAhead - 1} loop
        month := date '2026-11-01' + make_interval(months => i);
        execute format('create table event_%s partition of event for values from (%L) to (%L)',
                       to_char(month, 'YYYY_MM'), month, month + interval '1 month');
      end loop;
    end $$;

    create table process_outbox (
      id bigint generated always as identity primary key,
      tenant_id uuid not null references tenant,
      workflow_id text not null,
      message jsonb not null,
      created_at timestamptz not null,
      next_attempt_at timestamptz not null,
      attempts integer not null default 0,
      delivered_at timestamptz,
      last_error text,
      unique (tenant_id, id)
    );
    create index process_outbox_pending on process_outbox (next_attempt_at, id) where delivered_at is null;
    create index process_outbox_in_order on process_outbox (workflow_id, id) where delivered_at is null;

    create table idempotency_key (
      tenant_id uuid not null references tenant,
      user_id uuid not null,
      route text not null,
      key text not null,
      body_hash text not null,
      -- Null while the first request is still at work; then its whole answer, refusals included.
      status integer,
      answer jsonb,
      created_at timestamptz not null,
      -- Until when the first request is believed to be alive.
      lease_until timestamptz not null,
      primary key (tenant_id, user_id, route, key)
    );
    create index idempotency_key_by_age on idempotency_key (created_at);
    `,
  );
  await confineToTenant(db, 'event', { rights: 'select, insert' });
  await confineToTenant(db, 'process_outbox', { rights: 'select, insert' });
  await confineToTenant(db, 'idempotency_key');
  await run(
    db,
    `
    grant select, update, delete on process_outbox to chorally_system;
    create policy relay on process_outbox to chorally_system using (true);
    grant select (tenant_id, created_at), delete on idempotency_key to chorally_system;
    create policy sweep on idempotency_key to chorally_system using (true);

    create function notify_process_outbox() returns trigger language plpgsql as $$
    begin
      notify process_outbox;
      return null;
    end $$;
    create trigger process_outbox_notify after insert on process_outbox
      for each statement execute function notify_process_outbox();
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table idempotency_key, process_outbox, event;
     drop function notify_process_outbox;`,
  );
}
