import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** A renewal that does not say what becomes of late posts leaves it to the connection. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table connection_authorization alter column passed_slots drop not null, alter column passed_slots drop default`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `update connection_authorization set passed_slots = 'ask' where passed_slots is null;
     alter table connection_authorization alter column passed_slots set default 'ask',
       alter column passed_slots set not null`,
  );
}
