import type { Generated } from 'kysely';
import type { CampaignMessageState, SkipReason } from '../domain/campaign-message.ts';
import type { CampaignState, CampaignZone, PauseReason, QuietHours } from '../domain/campaign.ts';
import type {
  AuthorId,
  CampaignId,
  CampaignMessageId,
  ConnectionId,
  ContactGroupId,
  MediaId,
  PolicyId,
  TemplateId,
  TenantId,
  UserId,
} from '../domain/ids.ts';
import type {
  TemplateCategory,
  TemplateContent,
  TemplateQuality,
  TemplateStatus,
  VariableSources,
} from '../domain/template.ts';
import type { AccountProblem } from '../domain/whatsapp-verdict.ts';
import type { Json, JsonWithDefault } from './json-column.ts';

/** Templates, campaigns, and the ledger of what each recipient was sent. */
export interface CampaignTables {
  template: {
    tenant_id: TenantId;
    id: TemplateId;
    waba_id: string;
    name: string;
    language: string;
    category: TemplateCategory;
    status: TemplateStatus;
    provider_id: string | null;
    rejection: string | null;
    quality: Generated<TemplateQuality>;
    paused_until: Date | null;
    version: Generated<number>;
    approved_version: number | null;
    edited_at: Generated<readonly Date[]>;
    /** Nobody of ours where it was made at WhatsApp itself. */
    created_by: UserId | null;
    created_at: Date;
    synced_at: Date | null;
    rejection_detail: string | null;
    status_at: Date | null;
    quality_at: Date | null;
    category_at: Date | null;
    deleted_at: Date | null;
  };
  template_media: { tenant_id: TenantId; template_id: TemplateId; media_id: MediaId };
  template_sync: { tenant_id: TenantId; waba_id: string; due_at: Date };
  template_version: {
    tenant_id: TenantId;
    template_id: TemplateId;
    number: number;
    content: Json<TemplateContent>;
    /** Nobody of ours where it was made at WhatsApp itself. */
    created_by: UserId | null;
    created_at: Date;
    submitted_at: Date | null;
  };
  campaign_setting: {
    tenant_id: TenantId;
    monthly_quota: number | null;
    attribution_hours: Generated<number>;
    approval_policy_id: PolicyId | null;
  };
  campaign: {
    tenant_id: TenantId;
    id: CampaignId;
    name: string;
    state: CampaignState;
    pause_reason: PauseReason | null;
    waiting_until: Date | null;
    epoch: Generated<number>;
    version: Generated<number>;
    starts_at_local: string | null;
    zone: Generated<CampaignZone>;
    quiet_hours: Json<QuietHours> | null;
    rate_per_s: number | null;
    cost_cap: string | null;
    currency: Generated<string>;
    content_hash: string | null;
    clone_of: CampaignId | null;
    resend_of: CampaignId | null;
    frozen_at: Date | null;
    frozen_through: AuthorId | null;
    recipients: number | null;
    created_by: UserId;
    submitted_by: UserId | null;
    created_at: Date;
    started_at: Date | null;
    finished_at: Date | null;
  };
  campaign_group: { tenant_id: TenantId; campaign_id: CampaignId; group_id: ContactGroupId };
  campaign_number: {
    tenant_id: TenantId;
    campaign_id: CampaignId;
    connection_id: ConnectionId;
    stopped_for: AccountProblem | null;
    stopped_code: number | null;
    stopped_at: Date | null;
    asked_at: Date | null;
  };
  campaign_variant: {
    tenant_id: TenantId;
    campaign_id: CampaignId;
    key: string;
    template_id: TemplateId;
    share: number;
    variables: JsonWithDefault<VariableSources>;
    last_rank: number | null;
  };
  campaign_audience: {
    tenant_id: TenantId;
    campaign_id: CampaignId;
    place: number;
    author_id: AuthorId;
    skip_reason: SkipReason | null;
    rank: number | null;
  };
  campaign_result: {
    tenant_id: TenantId;
    campaign_id: CampaignId;
    kind: string;
    counted_at: Date;
    took_ms: number;
    result: Json<Readonly<Record<string, unknown>>>;
  };
  campaign_message: {
    tenant_id: TenantId;
    campaign_id: CampaignId;
    id: CampaignMessageId;
    author_id: AuthorId;
    connection_id: ConnectionId;
    variant: string;
    state: CampaignMessageState;
    due_at: Date;
    lease_token: string | null;
    lease_until: Date | null;
    epoch: number | null;
    attempts: Generated<number>;
    provider_message_id: string | null;
    skip_reason: SkipReason | null;
    error_code: number | null;
    sending_at: Date | null;
    sent_at: Date | null;
    delivered_at: Date | null;
    read_at: Date | null;
    failed_at: Date | null;
    replied_at: Date | null;
    clicked_at: Date | null;
    opted_out_at: Date | null;
    cost: string | null;
    capped_at: Date | null;
    held_back_at: Date | null;
  };
  sender_bucket: {
    tenant_id: TenantId;
    connection_id: ConnectionId;
    rate_per_s: number;
    limit_per_s: number;
    taken_until: Date;
    halved_at: Date | null;
    /** Absent until WhatsApp was asked. */
    portfolio_id: string | null;
  };
  campaign_progress: { tenant_id: TenantId; campaign_id: CampaignId; next_at: Date };
  campaign_spend: { tenant_id: TenantId; campaign_id: CampaignId; at_most: string | null };
  campaign_usage: { tenant_id: TenantId; month: string; messages: number };
  portfolio_reach: { tenant_id: TenantId; portfolio_id: string; author_id: AuthorId; opened_at: Date };
}
