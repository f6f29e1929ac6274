import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** What a repair of a connection does with posts whose slot passed while it was broken. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table connection
       add column passed_slots text not null default 'now' check (passed_slots in ('now', 'ask', 'drop'));`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table connection drop column passed_slots;`);
}
