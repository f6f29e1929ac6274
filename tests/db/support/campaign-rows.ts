import { randomUUID } from 'node:crypto';
import type {
  AuthorId,
  CampaignId,
  CampaignMessageId,
  ConnectionId,
  ContactGroupId,
  ContactImportId,
  MediaId,
  MessageId,
  Sha256,
  TemplateId,
  TenantId,
  ThreadId,
  UserId,
} from '../../../src/domain/ids.ts';
import type { OneRowPerTable } from './one-row-per-table.ts';

/** One contact, one template, and a campaign that has sent the one to the other. */
export function campaignRows(
  tenant_id: TenantId,
  { user, connection, media }: { user: UserId; connection: ConnectionId; media: MediaId },
  now: Date,
) {
  const author_id = randomUUID() as AuthorId;
  const group_id = randomUUID() as ContactGroupId;
  const import_id = randomUUID() as ContactImportId;
  const thread_id = randomUUID() as ThreadId;
  const template_id = randomUUID() as TemplateId;
  const campaign_id = randomUUID() as CampaignId;
  const content = JSON.stringify({
    parameterFormat: 'positional',
    header: null,
    body: { text: 'Ciao', examples: {} },
    footer: null,
    buttons: [],
    cards: [],
  });
  const made = { created_by: user, created_at: now };
  return {
    author: { tenant_id, id: author_id, network: 'whatsapp', phone: '+390000000001', ...none, ...at(now) },
    consent_change: {
      tenant_id,
      id: randomUUID(),
      author_id,
      consent: 'granted',
      source: 'api',
      evidence: null,
      by_user: user,
      at: now,
    },
    contact_group: { tenant_id, id: group_id, name: 'Clienti', kind: 'static', filter: null, ...made },
    contact_group_author: { tenant_id, group_id, author_id, added_at: now },
    contact_import: {
      tenant_id,
      id: import_id,
      state: 'done',
      file_name: 'clienti.csv',
      sha256: 'a'.repeat(64) as Sha256,
      mapping: JSON.stringify({ phone: 'Telefono' }),
      group_id,
      ...made,
    },
    contact_import_refusal: { tenant_id, import_id, row_number: 1, reason: 'phone_missing', cells: '[""]' },
    thread: { tenant_id, id: thread_id, author_id, connection_id: connection, created_at: now, last_message_at: now },
    message: {
      tenant_id,
      id: randomUUID() as MessageId,
      thread_id,
      direction: 'inbound',
      kind: 'text',
      state: 'received',
      at: now,
    },
    template: {
      tenant_id,
      id: template_id,
      waba_id: '1',
      name: 'ciao',
      language: 'it',
      category: 'marketing',
      status: 'approved',
      ...made,
    },
    template_version: { tenant_id, template_id, number: 1, content, ...made },
    template_media: { tenant_id, template_id, media_id: media },
    template_sync: { tenant_id, waba_id: '1', due_at: now },
    campaign_setting: { tenant_id, monthly_quota: 100 },
    campaign: { tenant_id, id: campaign_id, name: 'Natale', state: 'running', ...made },
    campaign_group: { tenant_id, campaign_id, group_id },
    campaign_number: { tenant_id, campaign_id, connection_id: connection },
    campaign_variant: { tenant_id, campaign_id, key: 'A', template_id, share: 1 },
    campaign_message: {
      tenant_id,
      campaign_id,
      id: randomUUID() as CampaignMessageId,
      author_id,
      connection_id: connection,
      variant: 'A',
      state: 'queued',
      due_at: now,
    },
    campaign_audience: { tenant_id, campaign_id, place: 1, author_id, skip_reason: null, rank: 1 },
    campaign_result: { tenant_id, campaign_id, kind: 'totals', counted_at: now, took_ms: 1, result: '{}' },
    sender_bucket: { tenant_id, connection_id: connection, rate_per_s: 80, limit_per_s: 80, taken_until: now },
    campaign_progress: { tenant_id, campaign_id, next_at: now },
    campaign_spend: { tenant_id, campaign_id, at_most: '1.000000' },
    campaign_usage: { tenant_id, month: '2026-11', messages: 1 },
    portfolio_reach: { tenant_id, portfolio_id: '1', author_id, opened_at: now },
  } satisfies Partial<OneRowPerTable>;
}

const none = { external_id: null, country: 'IT', language: 'it', time_zone: null } as const;
const at = (now: Date) => ({ created_at: now, updated_at: now });
