import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/**
 * A revision that an edit has written and the post's process has not adopted yet. It is no version of the post: it is
 * adopted within seconds, or removed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table post_revision
      add column pending boolean not null default false,
      -- The revision that the edit was made from: adopted only while that one is the post's.
      add column based_on uuid;
    grant update (pending) on post_revision to chorally_app;
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `revoke update (pending) on post_revision from chorally_app;
     alter table post_revision drop column pending, drop column based_on;`,
  );
}
