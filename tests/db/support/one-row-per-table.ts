import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Database } from '../../../src/db/schema.ts';
import { type TenantTransaction } from '../../../src/db/tenant.ts';
import type {
  AdminProfileId,
  ApprovalId,
  CommentId,
  BusinessCalendarId,
  ConnectionId,
  ContentHash,
  GroupId,
  HaltId,
  MediaId,
  NotificationId,
  PolicyId,
  PostId,
  RevisionId,
  RoleId,
  Sha256,
  TargetId,
  TenantId,
  UploadId,
  UserId,
} from '../../../src/domain/ids.ts';
import { noticeRows } from './notice-rows.ts';
import { approvalRows } from './approval-rows.ts';

import { connectionRows } from './connection-rows.ts';
import { campaignRows } from './campaign-rows.ts';
import { haltRows } from './halt-rows.ts';

export type OneRowPerTable = { readonly [Table in keyof Database]: Insertable<Database[Table]> };

/** A small but whole tenant: one row in every table. The type makes a table that was forgotten here a compile error. */
export function oneRowPerTable(): OneRowPerTable {
  const tenant_id = randomUUID() as TenantId;
  const ids = {
    user: randomUUID() as UserId,
    role: randomUUID() as RoleId,
    group: randomUUID() as GroupId,
    policy: randomUUID() as PolicyId,
    calendar: randomUUID() as BusinessCalendarId,
    profile: randomUUID() as AdminProfileId,
    connection: randomUUID() as ConnectionId,
    media: randomUUID() as MediaId,
    post: randomUUID() as PostId,
    revision: randomUUID() as RevisionId,
    target: randomUUID() as TargetId,
    approval: randomUUID() as ApprovalId,
    comment: randomUUID(),
    halt: randomUUID() as HaltId,
    notification: randomUUID() as NotificationId,
    postComment: randomUUID() as CommentId,
  };
  return {
    ...people(tenant_id, ids),
    ...calendars(tenant_id, ids),
    ...pages(tenant_id, ids),
    ...posts(tenant_id, ids),
    ...haltRows(tenant_id, ids),
    ...noticeRows(tenant_id, ids, now),
    ...approvalRows({ tenant_id, content_hash, now, ...ids }),
    ...journals(tenant_id, ids),
    ...campaignRows(tenant_id, ids, now),
  };
}

/** Writes the rows in the order of their references; call it inside the transaction of their own tenant. */
export async function insertRows(trx: TenantTransaction, rows: OneRowPerTable): Promise<void> {
  for (const [table, row] of Object.entries(rows) as [keyof Database, never][]) {
    await trx.insertInto(table).values(row).execute();
  }
}

interface Ids {
  readonly user: UserId;
  readonly role: RoleId;
  readonly group: GroupId;
  readonly policy: PolicyId;
  readonly calendar: BusinessCalendarId;
  readonly profile: AdminProfileId;
  readonly connection: ConnectionId;
  readonly media: MediaId;
  readonly post: PostId;
  readonly revision: RevisionId;
  readonly target: TargetId;
  readonly approval: ApprovalId;
  readonly comment: string;
  readonly halt: HaltId;
  readonly notification: NotificationId;
  readonly postComment: CommentId;
}

const now = new Date('2026-11-23T09:00:00Z');
const sha256 = 'a'.repeat(64) as Sha256;
const content_hash = 'b'.repeat(64) as ContentHash;

function people(tenant_id: TenantId, { user, role, group }: Ids) {
  return {
    tenant: {
      id: tenant_id,
      slug: `t-${tenant_id}`,
      name: 'Prova',
      locale: 'it',
      time_zone: 'Europe/Rome',
      created_at: now,
    },
    tenant_key: { tenant_id, version: 1, wrapped_key: 'sealed', created_at: now },
    tenant_member: {
      tenant_id,
      user_id: user,
      kind: 'person',
      username: 'prova',
      display_name: 'Prova',
      email: null,
      locale: null,
      time_zone: null,
      created_at: now,
    },
    role: { tenant_id, id: role, key: 'editor', name: 'Editor', built_in: true },
    role_permission: { tenant_id, role_id: role, permission: 'post.read' },
    member_role: { tenant_id, user_id: user, role_id: role },
    user_group: { tenant_id, id: group, name: 'Redazione', created_at: now },
    group_member: { tenant_id, group_id: group, user_id: user },
  } satisfies Partial<OneRowPerTable>;
}

function calendars(tenant_id: TenantId, { calendar }: Ids) {
  return {
    business_calendar: {
      tenant_id,
      id: calendar,
      name: 'Orario',
      time_zone: 'Europe/Rome',
      week: '{}',
      country: 'IT',
      region: null,
      holiday_types: '["public"]',
      created_at: now,
      updated_at: now,
    },
    business_calendar_exception: {
      tenant_id,
      calendar_id: calendar,
      date: '2026-12-07',
      kind: 'closed',
      name: 'Ponte',
      intervals: null,
    },
  } satisfies Partial<OneRowPerTable>;
}

function pages(tenant_id: TenantId, { user, policy, calendar, profile, connection, media }: Ids) {
  const file = { sha256, mime_type: 'image/jpeg', bytes: 1, width_px: 1, height_px: 1 };
  return {
    approval_policy: { tenant_id, id: policy, name: 'Revisione', version: 1, created_at: now },
    approval_policy_version: { tenant_id, policy_id: policy, version: 1, steps: '[]', created_at: now },
    tenant_setting: { tenant_id, approval_policy_id: policy, business_calendar_id: calendar },
    ...connectionRows({ tenant_id, now, user, policy, profile, connection }),
    stored_file: { tenant_id, sha256, claimed_at: now },
    media: {
      ...file,
      kind: 'image',
      frames: 1,
      tenant_id,
      id: media,
      file_name: 'foto.jpg',
      alt_text: null,
      created_by: user,
      created_at: now,
    },
    media_rendition: { ...file, tenant_id, media_id: media, kind: 'jpeg' },
    media_upload: {
      tenant_id,
      id: randomUUID() as UploadId,
      file_name: 'film.mp4',
      alt_text: null,
      length: 1,
      created_by: user,
      created_at: now,
      expires_at: now,
    },
  } satisfies Partial<OneRowPerTable>;
}

function posts(tenant_id: TenantId, { user, connection, media, post, revision, target }: Ids) {
  return {
    post: {
      tenant_id,
      id: post,
      status: 'scheduled',
      revision_id: revision,
      scheduled_at: null,
      created_by: user,
      created_at: now,
      updated_at: now,
      published_at: null,
      noted_at: null,
    },
    post_revision: {
      tenant_id,
      id: revision,
      post_id: post,
      number: 1,
      content: JSON.stringify({ text: 'Zucca e castagne', mediaIds: [], link: null, targets: [] }),
      content_hash,
      search_text: 'zucca e castagne',
      author_id: user,
      created_at: now,
    },
    post_revision_media: { tenant_id, revision_id: revision, media_id: media },
    post_target: {
      tenant_id,
      id: target,
      post_id: post,
      connection_id: connection,
      state: 'waiting',
      reason: null,
      prepared: null,
      provider_post_id: null,
      permalink: null,
      published_at: null,
    },
    publish_attempt: {
      tenant_id,
      target_id: target,
      n: 1,
      state: 'armed',
      due_at: now,
      armed_at: now,
      calling_at: null,
      settled_at: null,
      answer: null,
    },
  } satisfies Partial<OneRowPerTable>;
}

function journals(tenant_id: TenantId, { user, post, connection }: Ids) {
  return {
    event: {
      tenant_id,
      at: now,
      kind: 'post.created',
      entity: 'post',
      entity_id: post,
      actor_kind: 'user',
      actor_id: user,
      data: '{}',
    },
    process_outbox: {
      tenant_id,
      workflow_id: `tenant/${tenant_id}/post/${post}/1`,
      message: JSON.stringify({ kind: 'connection_repaired', connectionId: connection }),
      created_at: now,
      // Far ahead, and delivered: no relay may take it for work.
      next_attempt_at: new Date('2100-01-01T00:00:00Z'),
      delivered_at: now,
      last_error: null,
    },
    idempotency_key: {
      tenant_id,
      user_id: user,
      route: 'post /v1/posts',
      key: 'k',
      body_hash: sha256,
      status: null,
      answer: null,
      created_at: now,
      lease_until: now,
    },
  } satisfies Partial<OneRowPerTable>;
}
