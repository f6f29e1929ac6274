import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** The last approval of a post, which every reader of the post is shown. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(db, `create index approval_by_post on approval (tenant_id, post_id, id desc);`);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop index approval_by_post;`);
}
