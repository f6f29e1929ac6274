import type { z } from 'zod';
import { selectLastApprovalOfCampaign } from '../../db/approval-read.ts';
import { selectCampaign, type StoredCampaign } from '../../db/campaign.ts';
import { hasRecipient, selectAudience } from '../../db/campaign-audience.ts';
import { campaignHash } from '../../db/campaign-hash.ts';
import { type PlanParts, selectPlanParts } from '../../db/campaign-plan.ts';
import { selectHalt } from '../../db/halt.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { selectTenantZone } from '../../db/tenant-read.ts';
import { isHeldByHalt } from '../../domain/campaign.ts';
import { type PlanViolation, unpricedVariants, violationsOf } from '../../domain/campaign-plan.ts';
import type { CampaignId, ContentHash, UserId } from '../../domain/ids.ts';
import { beginsAt, instantOf } from '../../domain/quiet-hours.ts';
import { cardFor } from '../../domain/rate-card.ts';
import { presentApprovals } from '../approvals/present-approval.ts';
import { entityTag } from '../entity-tag.ts';
import { answer, type Answered } from '../route-context.ts';
import type { campaignView } from './campaign-view.ts';
import { sentenceOf } from './violation-sentences.ts';

/** A campaign with everything that its draft names, and what stands in the way of sending it. */
export interface WholeCampaign {
  readonly campaign: StoredCampaign;
  readonly parts: PlanParts;
  readonly tenantZone: string;
  readonly contentHash: ContentHash;
  readonly violations: readonly PlanViolation[];
  /** Held back by a crisis stop. */
  readonly halted: boolean;
}

/** Reads a campaign as a whole; null: there is none. `lock` keeps others from changing it meanwhile. */
export async function readWhole(
  trx: TenantTransaction,
  id: CampaignId,
  now: Date,
  options: { lock?: boolean } = {},
): Promise<WholeCampaign | null> {
  const campaign = await selectCampaign(trx, id, options);
  if (campaign === null) return null;
  const parts = await selectPlanParts(trx, id);
  const tenantZone = await selectTenantZone(trx);
  const contentHash = campaignHash(parts, campaign);
  const begun = campaign.startedAt !== null || campaign.finishedAt !== null;
  const violations = begun ? [] : await judge(trx, { campaign, parts, tenantZone }, now);
  const halted = isHeldByHalt(campaign.state) && (await selectHalt(trx)) !== null;
  return { campaign, parts, tenantZone, contentHash, violations, halted };
}

async function judge(
  trx: TenantTransaction,
  { campaign, parts, tenantZone }: Pick<WholeCampaign, 'campaign' | 'parts' | 'tenantZone'>,
  now: Date,
): Promise<readonly PlanViolation[]> {
  const { startsAtLocal, resendOf, currency } = campaign;
  const audience = await selectAudience(trx, campaign.id, now);
  const plan = {
    ...parts,
    resend: resendOf !== null,
    startsAt: startsAtLocal === null ? null : instantOf(startsAtLocal, tenantZone),
    unpriced: campaign.costCap === null ? [] : unpricedVariants(cardFor(currency, now), parts.variants),
    anyRecipient: audience !== null && (await hasRecipient(trx, audience)),
  };
  return violationsOf(plan, now.getTime());
}

export const presentViolations = (violations: readonly PlanViolation[]) =>
  violations.map((violation) => ({ ...violation, detail: sentenceOf(violation) }));

/** The campaign as it is now, with its tag. Only for one that is known to exist. */
export async function answerCampaign(
  trx: TenantTransaction,
  id: CampaignId,
  now: Date,
): Promise<Answered<z.input<typeof campaignView>>> {
  const whole = await readWhole(trx, id, now);
  if (whole === null) throw new Error('the campaign has gone');
  return answerWhole(trx, whole);
}

export async function answerWhole(
  trx: TenantTransaction,
  whole: WholeCampaign,
): Promise<Answered<z.input<typeof campaignView>>> {
  const { createdBy, submittedBy } = whole.campaign;
  const names = await selectMemberNames(trx, submittedBy === null ? [createdBy] : [createdBy, submittedBy]);
  const last = await selectLastApprovalOfCampaign(trx, whole.campaign.id);
  const [approval = null] = last === undefined ? [] : await presentApprovals(trx, [last]);
  return answer({ ...present(whole, names), approval }, { etag: entityTag(whole.campaign.version) });
}

function present(
  { campaign, parts, tenantZone, contentHash, violations, halted }: WholeCampaign,
  names: ReadonlyMap<UserId, string>,
): Omit<z.input<typeof campaignView>, 'approval'> {
  const named = (userId: UserId) => ({ id: userId, name: names.get(userId) ?? '' });
  const begins = beginsAt({ ...campaign, tenantZone });
  return {
    id: campaign.id,
    name: campaign.name,
    state: campaign.state,
    pauseReason: campaign.pauseReason,
    waitingUntil: campaign.waitingUntil?.toISOString() ?? null,
    version: campaign.version,
    startsAtLocal: campaign.startsAtLocal,
    zone: campaign.zone,
    recipients: campaign.recipients,
    createdBy: named(campaign.createdBy),
    createdAt: campaign.createdAt.toISOString(),
    startedAt: campaign.startedAt?.toISOString() ?? null,
    finishedAt: campaign.finishedAt?.toISOString() ?? null,
    groups: [...parts.groups],
    numbers: parts.numbers.map(({ connectionId, name, state, suspended }) => ({
      connectionId,
      name,
      state,
      suspended,
    })),
    variants: parts.variants.map((variant) => ({
      key: variant.key,
      share: variant.share,
      template: {
        ...variant.template,
        category: variant.category,
        status: variant.templateStatus,
        version: variant.templateVersion,
      },
      places: [...variant.places],
      variables: variant.sources,
    })),
    beginsAt: begins === null ? null : new Date(begins).toISOString(),
    quietHours: campaign.quietHours,
    halted,
    ratePerS: campaign.ratePerS,
    costCap: campaign.costCap,
    currency: campaign.currency,
    contentHash: campaign.startedAt === null ? contentHash : (campaign.contentHash ?? contentHash),
    cloneOf: campaign.cloneOf,
    resendOf: campaign.resendOf,
    frozenAt: campaign.frozenAt?.toISOString() ?? null,
    submittedBy: campaign.submittedBy === null ? null : named(campaign.submittedBy),
    violations: presentViolations(violations),
  };
}
