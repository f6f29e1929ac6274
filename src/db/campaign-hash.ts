import { createHash } from 'node:crypto';
import type { ContentHash } from '../domain/ids.ts';
import type { StoredCampaign } from './campaign.ts';
import type { PlanParts } from './campaign-plan.ts';

/** Everything besides its parts that a campaign is approved with. */
export type ApprovedPlan = Pick<
  StoredCampaign,
  'resendOf' | 'startsAtLocal' | 'zone' | 'quietHours' | 'costCap' | 'currency'
>;

/**
 * The hash that an approval is bound to: over what is sent to whom, from where, when, and for how much at most; not over
 * name and pace. A template or a filter that is edited meanwhile changes it. So does another way of hashing: campaigns that
 * are scheduled by then become drafts at their start.
 */
export function campaignHash(
  { groups, numbers, variants }: PlanParts,
  { resendOf, startsAtLocal, zone, quietHours, costCap, currency }: ApprovedPlan,
): ContentHash {
  const seen = {
    resendOf,
    startsAtLocal,
    zone,
    quietHours: quietHours === null ? null : [quietHours.from, quietHours.to],
    costCap,
    currency,
    groups: groups.map(({ id, filter }) => [id, filter]),
    numbers: numbers.map(({ connectionId }) => connectionId),
    variants: variants.map(({ key, share, sources, template, templateVersion, content }) => ({
      key,
      share,
      sources: Object.entries(sources).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      template: template.id,
      templateVersion,
      content,
    })),
  };
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex') as ContentHash;
}
