import { createHash } from 'node:crypto';
import type { CampaignId, ContentHash } from '../domain/ids.ts';
import type { PlanParts } from './campaign-plan.ts';

/**
 * The hash that a review is bound to: over what is sent to whom and from where, not over when or how fast. A template that
 * is edited meanwhile changes it.
 */
export function campaignHash(
  { groups, numbers, variants }: PlanParts,
  { resendOf }: { readonly resendOf: CampaignId | null },
): ContentHash {
  const seen = {
    resendOf,
    groups: groups.map(({ id }) => id),
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
