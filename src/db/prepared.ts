import { createHash } from 'node:crypto';
import type { Compilable } from 'kysely';
import type { TenantTransaction } from './tenant.ts';

const names = new Map<string, string>();
const maxPrepared = 100;

/**
 * Runs a query as a statement that Postgres plans once per connection: for hot queries, whose planning under row-level
 * security takes longer than their execution (medians: the rights of a caller 0.65 → 0.23 ms, a page of 100,000 posts
 * 1.36 → 0.63 ms). A statement stays prepared as long as its connection lives, so only the first hundred texts are; a
 * limit should be a literal, since a plan for any limit is no good one.
 */
export async function runPrepared<Row>(trx: TenantTransaction, query: Compilable<Row>): Promise<Row[]> {
  const compiled = query.compile();
  const name = nameOf(compiled.sql);
  if (name === null) return (await trx.executeQuery<Row>(compiled)).rows;
  // Kysely hands `sql` to `pg` as it is, and `pg` also takes a text with a name; Kysely's type knows only the text.
  const named = { text: compiled.sql, name } as unknown as string;
  const { rows } = await trx.executeQuery<Row>({ ...compiled, sql: named });
  return rows;
}

function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined || names.size >= maxPrepared) return known ?? null;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 32);
  names.set(text, name);
  return name;
}
