import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Interval, LocalDate, Week } from '../domain/business-calendar.ts';
import type { EntityKind, EventKind } from '../domain/event.ts';
import type {
  BusinessCalendarId,
  ConnectionId,
  ContentHash,
  GroupId,
  MediaId,
  PolicyId,
  PostId,
  RevisionId,
  RoleId,
  Sha256,
  TargetId,
  TenantId,
  UploadId,
  UserId,
} from '../domain/ids.ts';
import type { FileFacts } from '../domain/media.ts';
import type { Permission } from '../domain/permission.ts';
import type { PostStatus } from '../domain/post.ts';
import type { AttemptAnswer, AttemptState, TargetReason, TargetState } from '../domain/publication.ts';
import type { CampaignTables } from './campaign-tables.ts';
import type { ConnectionTables } from './connection-tables.ts';
import type { ContactTables } from './contact-tables.ts';
import type { HaltTables } from './halt-tables.ts';
import type { Json } from './json-column.ts';
import type { NoticeTables } from './notice-tables.ts';
import type { StoredContent } from './post-revision.ts';
import type { RenditionKind } from '../domain/rendition.ts';
import type { HolidayType } from '../platform/public-holidays.ts';
import type { ProcessMessage } from './process-message.ts';
import type { StoredPrepared } from './publication.ts';
import type { ApprovalTables } from './schema-approval.ts';

/** bigint: text on the way out, since it can exceed what a double holds. */
type Bigint = ColumnType<string, number | string, number | string>;

/** A date without a zone. The driver reads one as an instant of its own zone, so it is read as text, inside of JSON. */
type LocalDateColumn = ColumnType<never, LocalDate, LocalDate>;

/** Every table as the application sees it. `tests/db/schema.test.ts` holds it against the migrated database. */
export interface Database
  extends ApprovalTables, CampaignTables, ConnectionTables, ContactTables, NoticeTables, HaltTables {
  tenant: {
    id: TenantId;
    slug: string;
    name: string;
    locale: string;
    time_zone: string;
    created_at: Date;
  };
  tenant_key: { tenant_id: TenantId; version: number; wrapped_key: string; created_at: Date };
  tenant_member: {
    tenant_id: TenantId;
    user_id: UserId;
    kind: 'person' | 'service';
    username: string;
    display_name: string;
    email: string | null;
    locale: string | null;
    time_zone: string | null;
    active: Generated<boolean>;
    created_at: Date;
  };
  role: { tenant_id: TenantId; id: RoleId; key: string; name: string; built_in: boolean };
  role_permission: { tenant_id: TenantId; role_id: RoleId; permission: Permission };
  member_role: { tenant_id: TenantId; user_id: UserId; role_id: RoleId };
  user_group: { tenant_id: TenantId; id: GroupId; name: string; created_at: Date };
  group_member: { tenant_id: TenantId; group_id: GroupId; user_id: UserId };
  business_calendar: {
    tenant_id: TenantId;
    id: BusinessCalendarId;
    name: string;
    time_zone: string;
    week: Json<Week>;
    country: string | null;
    region: string | null;
    holiday_types: Json<readonly HolidayType[]>;
    version: Generated<number>;
    created_at: Date;
    updated_at: Date;
  };
  business_calendar_exception: {
    tenant_id: TenantId;
    calendar_id: BusinessCalendarId;
    date: LocalDateColumn;
    kind: 'closed' | 'worked' | 'hours';
    name: string | null;
    intervals: Json<readonly Interval[]> | null;
  };
  tenant_setting: {
    tenant_id: TenantId;
    approval_policy_id: PolicyId | null;
    business_calendar_id: BusinessCalendarId | null;
  };
  media: {
    tenant_id: TenantId;
    id: MediaId;
    sha256: Sha256;
    kind: FileFacts['kind'];
    mime_type: string;
    bytes: Bigint;
    width_px: number | null;
    height_px: number | null;
    frames: number | null;
    duration_ms: number | null;
    video_codec: string | null;
    audio_codec: string | null;
    frames_per_second: number | null;
    pages: number | null;
    file_name: string;
    alt_text: string | null;
    created_by: UserId;
    created_at: Date;
  };
  media_rendition: {
    tenant_id: TenantId;
    media_id: MediaId;
    kind: RenditionKind;
    sha256: Sha256;
    mime_type: string;
    bytes: Bigint;
    width_px: number;
    height_px: number;
  };
  stored_file: { tenant_id: TenantId; sha256: Sha256; claimed_at: Date };
  media_upload: {
    tenant_id: TenantId;
    id: UploadId;
    file_name: string;
    alt_text: string | null;
    length: Bigint;
    received: ColumnType<string, number | undefined, number>;
    pieces: ColumnType<readonly string[], string | undefined, string>;
    writer: string | null;
    media_id: MediaId | null;
    created_by: UserId;
    created_at: Date;
    expires_at: Date;
  };
  post: {
    tenant_id: TenantId;
    id: PostId;
    status: PostStatus;
    revision_id: RevisionId;
    scheduled_at: Date | null;
    missed_slot: Generated<boolean>;
    attention: Generated<boolean>;
    version: Generated<number>;
    run: Generated<number>;
    run_seq: Generated<number>;
    created_by: UserId;
    created_at: Date;
    updated_at: Date;
    published_at: Date | null;
    noted_at: Date | null;
  };
  post_revision: {
    tenant_id: TenantId;
    id: RevisionId;
    post_id: PostId;
    number: number;
    content: Json<StoredContent>;
    content_hash: ContentHash;
    search_text: string;
    author_id: UserId;
    created_at: Date;
    pending: Generated<boolean>;
    based_on: RevisionId | null;
  };
  post_revision_media: { tenant_id: TenantId; revision_id: RevisionId; media_id: MediaId };
  post_target: {
    tenant_id: TenantId;
    id: TargetId;
    post_id: PostId;
    connection_id: ConnectionId;
    state: TargetState;
    reason: Json<TargetReason> | null;
    prepared: Json<StoredPrepared> | null;
    provider_post_id: string | null;
    permalink: string | null;
    published_at: Date | null;
    edited_at: Date | null;
    edited_by: UserId | null;
    edited_revision_id: RevisionId | null;
    removed_at: Date | null;
    removed_by: UserId | null;
    changing_until: Date | null;
  };
  publish_attempt: {
    tenant_id: TenantId;
    target_id: TargetId;
    n: number;
    state: AttemptState;
    due_at: Date;
    armed_at: Date;
    calling_at: Date | null;
    settled_at: Date | null;
    answer: Json<AttemptAnswer> | null;
  };
  event: {
    tenant_id: TenantId;
    xid: GeneratedAlways<string>;
    position: GeneratedAlways<string>;
    at: Date;
    kind: EventKind;
    entity: EntityKind;
    entity_id: string;
    actor_kind: 'user' | 'process' | 'network';
    actor_id: UserId | null;
    data: Json<Record<string, unknown>>;
  };
  process_outbox: {
    id: GeneratedAlways<string>;
    tenant_id: TenantId;
    workflow_id: string;
    message: Json<ProcessMessage>;
    created_at: Date;
    next_attempt_at: Date;
    attempts: Generated<number>;
    delivered_at: Date | null;
    last_error: string | null;
  };
  idempotency_key: {
    tenant_id: TenantId;
    user_id: UserId;
    route: string;
    key: string;
    body_hash: string;
    status: number | null;
    answer: Json<unknown> | null;
    created_at: Date;
    lease_until: Date;
  };
}
