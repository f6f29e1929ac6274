import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { insertRevision } from '../../src/db/post-revision.ts';
import { type PostFilter, postList } from '../../src/db/post-list.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ContentHash, PostId, RevisionId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

describe('the list of posts', () => {
  it('is one statement, whatever is asked', async () => {
    const filter: PostFilter = {
      ...anything,
      statuses: ['draft', 'failed'],
      connectionId: tenant.pages.facebook,
      authorId: tenant.people.elena,
      attention: false,
      created: { from: new Date(0), to: new Date(1) },
      scheduled: { from: new Date(0), to: new Date(1) },
      before: newId<PostId>(),
    };
    await expect(postList(db, filter).compile().sql).toMatchFileSnapshot('./post-list.filtered.sql');
    await expect(postList(db, { ...filter, text: 'x' }).compile().sql).toMatchFileSnapshot('./post-list.search.sql');
  });

  it('finds a post that only the index knows, behind more newer ones than are looked through', async () => {
    const found = await list({ text: 'ago nel pagliaio' });
    expect(found).toEqual([needle]);
    expect(await list({ text: 'ago nel pagliaio', statuses: ['draft'] })).toEqual([needle]);
    expect(await list({ text: 'ago nel pagliaio', statuses: ['failed'] })).toEqual([]);
    expect(await list({ text: 'ago nel pagliaio', connectionId: tenant.pages.facebook })).toEqual([]);
  });

  it('brings no more of a common word than a page and the one behind it, and goes on from there', async () => {
    const first = await list({ text: 'fieno', limit: 20 });
    expect(first).toHaveLength(21);
    const next = await list({ text: 'fieno', limit: 20, before: first[19] ?? null });
    expect(next[0]).toBe(first[20]);
    expect(first).toEqual(first.toSorted().toReversed());
  });

  it('joins what it looked through and what the index knows without a gap', async () => {
    const everySecond = await list({ text: 'pari', limit: 700 });
    expect(everySecond).toHaveLength(600);
    expect(new Set(everySecond).size).toBe(600);
  });
});

const { db } = databaseAs('app');
const hayCount = 1_200;
let tenant: FreshTenant;
let needle: PostId;

const anything: PostFilter = {
  statuses: [],
  connectionId: null,
  authorId: null,
  text: null,
  attention: null,
  created: { from: null, to: null },
  scheduled: { from: null, to: null },
  before: null,
  limit: 25,
};

async function list(filter: Partial<PostFilter>): Promise<readonly PostId[]> {
  const rows = await withTenant(db, tenant.id, (trx) => postList(trx, { ...anything, ...filter }).execute());
  return rows.map((row) => row.id);
}

beforeAll(async () => {
  tenant = await freshTenant(db);
  needle = await write('Un ago nel pagliaio');
  // In one statement: what counts is that they are newer than the needle, and many.
  await withTenant(db, tenant.id, async (trx) => {
    await sql`
      with hay as materialized (
        select uuidv7(make_interval(secs => n)) as id, uuidv7() as revision_id, n
        from generate_series(1, ${hayCount}::integer) n
      ), inserted as (
        insert into post (tenant_id, id, status, revision_id, created_by, created_at, updated_at)
        select ${tenant.id}::uuid, id, 'draft', revision_id, ${tenant.people.elena}::uuid, now(), now() from hay
      )
      insert into post_revision (tenant_id, id, post_id, number, content, content_hash, search_text, author_id, created_at)
      select ${tenant.id}::uuid, revision_id, id, 1, '{"text": "fieno", "mediaIds": [], "targets": []}'::jsonb,
             ${'a'.repeat(64)}, 'fieno ' || case when n % 2 = 0 then 'pari' else 'no' end,
             ${tenant.people.elena}::uuid, now()
      from hay`.execute(trx);
  });
});

async function write(text: string): Promise<PostId> {
  const id = newId<PostId>();
  const revisionId = newId<RevisionId>();
  const now = new Date();
  const by = tenant.people.elena;
  await withTenant(db, tenant.id, async (trx) => {
    await trx
      .insertInto('post')
      .values({
        tenant_id: tenant.id,
        id,
        status: 'draft',
        revision_id: revisionId,
        scheduled_at: null,
        created_by: by,
        created_at: now,
        updated_at: now,
        published_at: null,
      })
      .execute();
    const content = { text, mediaIds: [], link: null, targets: [] };
    const contentHash = 'b'.repeat(64) as ContentHash;
    await insertRevision(trx, {
      tenantId: tenant.id,
      id: revisionId,
      postId: id,
      number: 1,
      content,
      contentHash,
      by,
      now,
    });
  });
  return id;
}
