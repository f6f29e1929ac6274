import type { Generated } from 'kysely';
import type { Attributes, Consent, ConsentSource } from '../domain/author.ts';
import type { ContactFilter } from '../domain/contact-filter.ts';
import type { ContactMapping } from '../domain/contact-mapping.ts';
import type {
  AuthorId,
  CampaignId,
  CampaignMessageId,
  ConnectionId,
  ContactGroupId,
  ContactImportId,
  MessageId,
  Sha256,
  TenantId,
  ThreadId,
  UserId,
} from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import type { Json, JsonWithDefault } from './json-column.ts';

/** External contacts, their groups, and what was said with them. */
export interface ContactTables {
  author: {
    tenant_id: TenantId;
    id: AuthorId;
    network: Network;
    external_id: string | null;
    phone: string | null;
    name: Generated<string>;
    country: string | null;
    language: string | null;
    time_zone: string | null;
    attributes: JsonWithDefault<Attributes>;
    tags: Generated<readonly string[]>;
    consent: Generated<Consent>;
    consent_at: Date | null;
    blocked_at: Date | null;
    blocked_by: UserId | null;
    last_inbound_at: Date | null;
    last_contact_at: Date | null;
    erased_at: Date | null;
    created_at: Date;
    updated_at: Date;
    version: Generated<number>;
  };
  consent_change: {
    tenant_id: TenantId;
    id: string;
    author_id: AuthorId;
    consent: Exclude<Consent, 'unknown'>;
    source: ConsentSource;
    evidence: string | null;
    by_user: UserId | null;
    at: Date;
  };
  contact_group: {
    tenant_id: TenantId;
    id: ContactGroupId;
    name: string;
    kind: 'static' | 'dynamic';
    filter: Json<ContactFilter> | null;
    created_by: UserId;
    created_at: Date;
    version: Generated<number>;
    archived_at: Date | null;
  };
  contact_group_author: {
    tenant_id: TenantId;
    group_id: ContactGroupId;
    author_id: AuthorId;
    added_at: Date;
  };
  contact_import: {
    tenant_id: TenantId;
    id: ContactImportId;
    state: 'uploaded' | 'running' | 'done' | 'failed' | 'cancelled';
    file_name: string;
    sha256: Sha256;
    errors_sha256: Sha256 | null;
    error_code: string | null;
    mapping: Json<ContactMapping>;
    group_id: ContactGroupId | null;
    rows_read: Generated<number>;
    created_count: Generated<number>;
    updated_count: Generated<number>;
    refused_count: Generated<number>;
    created_by: UserId;
    created_at: Date;
    finished_at: Date | null;
  };
  contact_import_refusal: {
    tenant_id: TenantId;
    import_id: ContactImportId;
    row_number: number;
    reason: string;
    cells: Json<readonly string[]>;
  };
  thread: {
    tenant_id: TenantId;
    id: ThreadId;
    author_id: AuthorId;
    connection_id: ConnectionId;
    created_at: Date;
    last_message_at: Date;
  };
  message: {
    tenant_id: TenantId;
    id: MessageId;
    thread_id: ThreadId;
    direction: 'inbound' | 'outbound';
    provider_message_id: string | null;
    kind: string;
    text: Generated<string>;
    content: JsonWithDefault<Readonly<Record<string, unknown>>>;
    state: 'received' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unconfirmed';
    error_code: string | null;
    campaign_id: CampaignId | null;
    campaign_message_id: CampaignMessageId | null;
    sent_by: UserId | null;
    command_id: string | null;
    at: Date;
  };
}
