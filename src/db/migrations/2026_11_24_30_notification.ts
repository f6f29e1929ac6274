import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** What people must know now, and the queue of the e-mails that tell them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table notification (
      tenant_id uuid not null references tenant,
      id uuid not null,
      kind text not null check (kind in ('approval_requested', 'approval_reminder', 'approval_escalated',
        'approval_delegated', 'approval_settled', 'approval_overdue', 'mentioned')),
      post_id uuid not null,
      -- The occasion: nobody hears of one twice, however often an activity is repeated.
      episode text not null,
      user_id uuid not null,
      actor_id uuid,
      data jsonb not null default '{}',
      created_at timestamptz not null,
      read_at timestamptz,
      primary key (tenant_id, id),
      unique (tenant_id, kind, post_id, episode, user_id),
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade,
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id) on delete cascade,
      foreign key (tenant_id, actor_id) references tenant_member (tenant_id, user_id)
    );
    create index notification_by_user on notification (tenant_id, user_id, id desc);
    create index notification_unread on notification (tenant_id, user_id, id desc) where read_at is null;
    create index notification_by_post on notification (tenant_id, post_id);

    -- Ids and instants only: whoever claims across tenants learns neither whom a mail is for nor what it says.
    create table notification_mail (
      tenant_id uuid not null,
      notification_id uuid not null,
      created_at timestamptz not null,
      next_attempt_at timestamptz not null,
      attempts integer not null default 0,
      outcome text check (outcome in ('sent', 'refused', 'skipped', 'expired')),
      settled_at timestamptz,
      -- A code such as RCPT 550; never a server's words, which may hold an address.
      last_error text,
      primary key (tenant_id, notification_id),
      check ((outcome is null) = (settled_at is null)),
      foreign key (tenant_id, notification_id) references notification (tenant_id, id) on delete cascade
    );
    create index notification_mail_pending on notification_mail (next_attempt_at, notification_id)
      where outcome is null;
    create index notification_mail_settled on notification_mail (settled_at) where outcome is not null;
    `,
  );
  await confineToTenant(db, 'notification', { rights: 'select, insert, update' });
  await confineToTenant(db, 'notification_mail', { rights: 'select, insert' });
  await run(
    db,
    `
    grant select, update, delete on notification_mail to chorally_system;
    create policy relay on notification_mail to chorally_system using (true);

    create function notify_notification_mail() returns trigger language plpgsql as $$
    begin
      if exists (select from added) then notify notification_mail; end if;
      return null;
    end $$;
    create trigger notification_mail_notify after insert on notification_mail
      referencing new table as added for each statement execute function notify_notification_mail();
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table notification_mail, notification;
     drop function notify_notification_mail;`,
  );
}
