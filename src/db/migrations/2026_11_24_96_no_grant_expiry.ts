import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** When a grant's token expires stands with the token, sealed: nobody has ever read it here. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table connection_authorization drop column grant_expires_at;`);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table connection_authorization add column grant_expires_at timestamptz;`);
}
