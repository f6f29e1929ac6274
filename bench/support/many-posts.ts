import type { Pool } from 'pg';

/**
 * Writes `count` posts of one author into a tenant, a minute apart, each with a revision and a target on every one of the
 * tenant's connections. Straight to the tables, in one transaction as the application's role: no process runs for them.
 */
export async function insertManyPosts(
  app: Pool,
  { tenantId, authorId, count }: { tenantId: string; authorId: string; count: number },
): Promise<void> {
  const client = await app.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    await client.query(
      `create temp table fresh on commit drop as
       select n, uuidv7(make_interval(mins => n - $1::integer)) as post_id, uuidv7() as revision_id,
              (array['draft', 'in_review', 'scheduled', 'published', 'published', 'published'])[n % 6 + 1] as status,
              $2::uuid as author_id, now() + make_interval(mins => n - $1::integer) as at,
              'Offerta numero ' || n || '. ' || repeat('Vi aspettiamo in negozio con le novità della stagione. ', 6) as text
       from generate_series(1, $1::integer) n`,
      [count, authorId],
    );
    for (const statement of statements) await client.query(statement, [tenantId]);
    await client.query('commit');
  } finally {
    client.release();
  }
}

const statements = [
  `insert into post (tenant_id, id, status, revision_id, scheduled_at, created_by, created_at, updated_at, published_at)
   select $1, post_id, status, revision_id, at, author_id, at, at, case status when 'published' then at end from fresh`,
  `insert into post_revision (tenant_id, id, post_id, number, content, content_hash, search_text, author_id, created_at)
   select $1, revision_id, post_id, 1,
          jsonb_build_object('text', text, 'mediaIds', '[]'::jsonb, 'targets',
            (select jsonb_agg(jsonb_build_object('connectionId', id, 'text', null, 'mediaIds', null)) from connection)),
          encode(sha256(text::bytea), 'hex'), text, author_id, at
   from fresh`,
  `insert into post_target (tenant_id, id, post_id, connection_id, state)
   select $1, uuidv7(), post_id, connection.id, case status when 'published' then 'published' else 'waiting' end
   from fresh cross join connection`,
];
