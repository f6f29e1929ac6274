import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/**
 * Tells whoever follows the log that a tenant has new events: only which tenant, once per transaction. Lost ones do no
 * harm, since readers also look by themselves.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create function notify_event() returns trigger language plpgsql as $$
    begin
      -- Row-level security has just made sure that this is the tenant of the rows.
      perform pg_notify('event', current_setting('app.tenant_id', true));
      return null;
    end $$;
    create trigger event_notify after insert on event for each statement execute function notify_event();
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop trigger event_notify on event; drop function notify_event;`);
}
