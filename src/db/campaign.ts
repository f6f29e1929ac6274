import {
  type CampaignStep,
  hasProcess,
  stopsSending,
  type StepRefusal,
  takesOutOfReview,
  takeStep,
} from '../domain/campaign.ts';
import type { CampaignState, CampaignZone, PauseReason, QuietHours } from '../domain/campaign.ts';
import type { EventKind } from '../domain/event.ts';
import type { CampaignId, ConnectionId, ContactGroupId, TemplateId, TenantId, UserId } from '../domain/ids.ts';
import type { VariableSources } from '../domain/template.ts';
import { notifyOfCampaign } from './campaign-notice.ts';
import { liftStops } from './campaign-numbers.ts';
import { withdrawFromApproval } from './campaign-approval.ts';
import { tellCampaign } from './campaign-process.ts';
import { type Actor, appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

/** What people say of a campaign, and may change as long as it is a draft. */
export interface CampaignDraft {
  readonly name: string;
  readonly groupIds: readonly ContactGroupId[];
  readonly connectionIds: readonly ConnectionId[];
  readonly variants: readonly CampaignVariant[];
  /** Wall-clock time; null: at once. */
  readonly startsAtLocal: string | null;
  readonly zone: CampaignZone;
  readonly quietHours: QuietHours | null;
  readonly ratePerS: number | null;
  /** A decimal of at most six places. */
  readonly costCap: string | null;
  readonly currency: string;
}

export interface CampaignVariant {
  readonly key: string;
  readonly templateId: TemplateId;
  readonly share: number;
  readonly variables: VariableSources;
}

export interface StoredCampaign extends CampaignDraft {
  readonly id: CampaignId;
  readonly state: CampaignState;
  readonly pauseReason: PauseReason | null;
  readonly waitingUntil: Date | null;
  readonly epoch: number;
  readonly version: number;
  readonly contentHash: string | null;
  readonly cloneOf: CampaignId | null;
  readonly resendOf: CampaignId | null;
  readonly frozenAt: Date | null;
  readonly recipients: number | null;
  readonly createdBy: UserId;
  readonly submittedBy: UserId | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface NewCampaign {
  readonly tenantId: TenantId;
  readonly id: CampaignId;
  readonly draft: CampaignDraft;
  readonly cloneOf: CampaignId | null;
  readonly resendOf: CampaignId | null;
  readonly by: UserId;
  readonly now: Date;
}

export async function insertCampaign(trx: TenantTransaction, campaign: NewCampaign): Promise<void> {
  const { tenantId, id, draft, cloneOf, resendOf, by, now } = campaign;
  await trx
    .insertInto('campaign')
    .values({
      tenant_id: tenantId,
      id,
      ...columnsOf(draft),
      state: 'draft',
      clone_of: cloneOf,
      resend_of: resendOf,
      created_by: by,
      created_at: now,
    })
    .execute();
  await insertParts(trx, { tenantId, id }, draft);
}

/** Replaces everything that a draft says. */
export async function updateDraftOfCampaign(
  trx: TenantTransaction,
  { tenantId, id }: { tenantId: TenantId; id: CampaignId },
  draft: CampaignDraft,
): Promise<void> {
  await trx
    .updateTable('campaign')
    .set((eb) => ({ ...columnsOf(draft), version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
  for (const table of ['campaign_group', 'campaign_number', 'campaign_variant'] as const) {
    await trx.deleteFrom(table).where('campaign_id', '=', id).execute();
  }
  await insertParts(trx, { tenantId, id }, draft);
}

export async function deleteCampaign(trx: TenantTransaction, id: CampaignId): Promise<void> {
  await trx.deleteFrom('campaign').where('id', '=', id).execute();
}

/** The campaign as it stands; `lock` keeps others from changing it until the transaction ends. */
export async function selectCampaign(
  trx: TenantTransaction,
  id: CampaignId,
  { lock = false }: { lock?: boolean } = {},
): Promise<StoredCampaign | null> {
  const row = await trx
    .selectFrom('campaign')
    .selectAll()
    .where('id', '=', id)
    // A stronger lock would wait for every row of the ledger that is being written.
    .$if(lock, (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  if (row === undefined) return null;
  const groups = await trx.selectFrom('campaign_group').select('group_id').where('campaign_id', '=', id).execute();
  const numbers = await trx
    .selectFrom('campaign_number')
    .select('connection_id')
    .where('campaign_id', '=', id)
    .execute();
  const variants = await trx
    .selectFrom('campaign_variant')
    .selectAll()
    .where('campaign_id', '=', id)
    .orderBy('key')
    .execute();
  return {
    id: row.id,
    name: row.name,
    groupIds: groups.map(({ group_id: groupId }) => groupId).toSorted(),
    connectionIds: numbers.map(({ connection_id: connectionId }) => connectionId).toSorted(),
    variants: variants.map(({ key, template_id: templateId, share, variables }) => ({
      key,
      templateId,
      share,
      variables,
    })),
    startsAtLocal: row.starts_at_local,
    zone: row.zone,
    quietHours: row.quiet_hours,
    ratePerS: row.rate_per_s,
    costCap: row.cost_cap,
    currency: row.currency,
    state: row.state,
    pauseReason: row.pause_reason,
    waitingUntil: row.waiting_until,
    epoch: row.epoch,
    version: row.version,
    contentHash: row.content_hash,
    cloneOf: row.clone_of,
    resendOf: row.resend_of,
    frozenAt: row.frozen_at,
    recipients: row.recipients,
    createdBy: row.created_by,
    submittedBy: row.submitted_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export interface CampaignChange {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
  readonly step: CampaignStep;
  readonly actor: Actor;
  readonly now: Date;
  /** What else changes with the step. */
  readonly set?: { readonly contentHash?: string; readonly submittedBy?: UserId; readonly startsAtLocal?: null };
  /** More for the event: ids, codes and instants. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** How a change ended; null: there is no such campaign. */
export type ChangeOutcome = { readonly kind: 'changed' } | ({ readonly kind: 'refused' } & StepRefusal) | null;

/** `concernsProcess`: there is one that has to know, or one begins. */
type MoveOutcome =
  | Exclude<ChangeOutcome, { kind: 'changed' }>
  | { readonly kind: 'changed'; readonly concernsProcess: boolean };

/** Moves a campaign as `moveCampaign` does, and lets its process know. For whoever is not this process. */
export async function changeCampaign(trx: TenantTransaction, change: CampaignChange): Promise<ChangeOutcome> {
  const { tenantId, campaignId, now } = change;
  const outcome = await moveCampaign(trx, change);
  if (outcome?.kind !== 'changed') return outcome;
  if (outcome.concernsProcess) await tellCampaign(trx, { tenantId, campaignId }, now);
  return { kind: 'changed' };
}

/**
 * Moves a campaign from state to state, and writes the event. A refusal says why not. Whoever stops sending raises the
 * epoch: what was claimed before it is not sent any more.
 */
export async function moveCampaign(
  trx: TenantTransaction,
  { tenantId, campaignId, step, actor, now, set = {}, data = {} }: CampaignChange,
): Promise<MoveOutcome> {
  const row = await trx
    .selectFrom('campaign')
    .select(['state', 'started_at'])
    .where('id', '=', campaignId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  const next = takeStep(row.state, step);
  if ('code' in next) return { kind: 'refused', ...next };
  const ends = next.state === 'finished' || next.state === 'cancelled';
  await trx
    .updateTable('campaign')
    .set((eb) => ({
      state: next.state,
      pause_reason: next.pauseReason,
      version: eb('version', '+', 1),
      ...(stopsSending(step) ? { epoch: eb('epoch', '+', 1) } : {}),
      ...(next.state === 'running' ? {} : { waiting_until: null }),
      ...(next.state === 'running' && row.started_at === null ? { started_at: now } : {}),
      ...(ends ? { finished_at: now } : {}),
      ...(set.contentHash === undefined ? {} : { content_hash: set.contentHash }),
      ...(set.submittedBy === undefined ? {} : { submitted_by: set.submittedBy }),
      ...(set.startsAtLocal === undefined ? {} : { starts_at_local: null }),
    }))
    .where('id', '=', campaignId)
    .execute();
  // Whatever had stopped it is tried again.
  if (step.kind === 'resume') await liftStops(trx, { tenantId, campaignId });
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: eventOf[step.kind],
      entity: 'campaign',
      entityId: campaignId,
      actor,
      data: { ...data, ...(step.kind === 'pause' ? { reason: step.reason } : {}) },
    },
  ]);
  if (takesOutOfReview(row.state, step) && actor.kind === 'user') {
    await withdrawFromApproval(trx, { tenantId, campaignId }, { by: actor.id, now });
  }
  if (actor.kind !== 'user') await notifyOfCampaign(trx, { tenantId, campaignId }, { step, now, data });
  return { kind: 'changed', concernsProcess: hasProcess(row.state) || next.state === 'scheduled' };
}

const eventOf: Readonly<Record<CampaignStep['kind'], EventKind>> = {
  submit: 'campaign.submitted',
  send_back: 'campaign.sent_back',
  approve: 'campaign.approved',
  schedule: 'campaign.scheduled',
  withdraw: 'campaign.withdrawn',
  start: 'campaign.started',
  pause: 'campaign.paused',
  resume: 'campaign.resumed',
  finish: 'campaign.finished',
  cancel: 'campaign.cancelled',
};

function columnsOf(draft: CampaignDraft) {
  return {
    name: draft.name,
    starts_at_local: draft.startsAtLocal,
    zone: draft.zone,
    quiet_hours: draft.quietHours === null ? null : JSON.stringify(draft.quietHours),
    rate_per_s: draft.ratePerS,
    cost_cap: draft.costCap,
    currency: draft.currency,
  };
}

async function insertParts(
  trx: TenantTransaction,
  { tenantId, id }: { tenantId: TenantId; id: CampaignId },
  { groupIds, connectionIds, variants }: CampaignDraft,
): Promise<void> {
  const own = { tenant_id: tenantId, campaign_id: id };
  const groups = groupIds.map((group_id) => ({ ...own, group_id }));
  const numbers = connectionIds.map((connection_id) => ({ ...own, connection_id }));
  const templates = variants.map(({ key, templateId, share, variables }) => ({
    ...own,
    key,
    template_id: templateId,
    share,
    variables: JSON.stringify(variables),
  }));
  if (groups.length > 0) await trx.insertInto('campaign_group').values(groups).execute();
  if (numbers.length > 0) await trx.insertInto('campaign_number').values(numbers).execute();
  if (templates.length > 0) await trx.insertInto('campaign_variant').values(templates).execute();
}
