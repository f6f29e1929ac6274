import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Which portfolio a number belongs to, as WhatsApp last told it: whoever writes from it by hand uses up its reach too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table sender_bucket add column portfolio_id text`);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table sender_bucket drop column portfolio_id`);
}
