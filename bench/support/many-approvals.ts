import type { Pool } from 'pg';
import { z } from 'zod';

import type { ApprovalInput } from '../../src/domain/approval.ts';

const row = z.object({
  approval_id: z.string(),
  revision_id: z.string(),
  content_hash: z.string(),
  steps: z.unknown(),
});

/**
 * Writes `count` posts of one author that are in review by one policy, each with its approval. Straight to the tables, in
 * one transaction as the application's role. Returns what each approval's process is started with; nobody has started it.
 */
export async function insertManyApprovals(
  app: Pool,
  made: Readonly<{
    tenantId: string;
    authorId: string;
    policyId: string;
    calendarId: string | null;
    steps: readonly object[];
    count: number;
  }>,
): Promise<readonly ApprovalInput[]> {
  const { tenantId, authorId, policyId, calendarId, steps, count } = made;
  const client = await app.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.tenant_id', $1, true)`, [tenantId]);
    await client.query(
      `create temp table fresh on commit drop as
       select n, uuidv7() as post_id, uuidv7() as revision_id, uuidv7() as approval_id, $2::uuid as author_id,
              now() as at, 'Offerta numero ' || n || ' di ' || gen_random_uuid() as text
       from generate_series(1, $1::integer) n`,
      [count, authorId],
    );
    await client.query(posts, [tenantId]);
    await client.query(revisions, [tenantId]);
    const { rows } = await client.query(approvals, [tenantId, policyId, JSON.stringify(steps), calendarId]);
    await client.query(approvers, [tenantId, JSON.stringify(steps)]);
    await client.query('commit');
    return rows.map((inserted) => inputOf(row.parse(inserted), { tenantId, authorId, steps }));
  } finally {
    client.release();
  }
}

function inputOf(
  { approval_id, revision_id, content_hash }: z.infer<typeof row>,
  { tenantId, authorId, steps }: { tenantId: string; authorId: string; steps: readonly object[] },
): ApprovalInput {
  // Ids are text here, as the API gives them.
  return {
    v: 2,
    tenantId,
    approvalId: approval_id,
    revisionId: revision_id,
    contentHash: content_hash,
    authors: [authorId],
    authorsMayVote: false,
    steps,
  } as unknown as ApprovalInput;
}

const posts = `
  insert into post (tenant_id, id, status, revision_id, scheduled_at, created_by, created_at, updated_at)
  select $1, post_id, 'in_review', revision_id, null, author_id, at, at from fresh`;

const revisions = `
  insert into post_revision (tenant_id, id, post_id, number, content, content_hash, search_text, author_id, created_at)
  select $1, revision_id, post_id, 1,
         jsonb_build_object('text', text, 'mediaIds', '[]'::jsonb, 'targets', '[]'::jsonb, 'link', null),
         encode(sha256(text::bytea), 'hex'), text, author_id, at
  from fresh`;

const approvals = `
  insert into approval (tenant_id, id, post_id, revision_id, content_hash, policy_id, policy_version, steps, calendar_id,
                        opened_by, opened_at)
  select $1, approval_id, post_id, revision_id, encode(sha256(text::bytea), 'hex'), $2, 1, $3::jsonb, $4::uuid,
         author_id, at
  from fresh
  returning id as approval_id, revision_id, content_hash, steps`;

const approvers = `
  insert into approval_approver (tenant_id, approval_id, step_key, user_id)
  select $1, approval_id, step ->> 'key', approver::uuid
  from fresh, jsonb_array_elements($2::jsonb) as given (step), jsonb_array_elements_text(step -> 'approvers') as approver`;
