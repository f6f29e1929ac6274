import { quotasOf } from './audience-share.ts';
import type { ConnectionState } from './connection.ts';
import type { ConnectionId, ContactGroupId, Instant } from './ids.ts';
import type { Network } from './network.ts';
import { fromMicros, type Micros, priceOf, priceRange, type RateCard } from './rate-card.ts';
import type { TemplateCategory, TemplateStatus, VariableSources } from './template.ts';

/** A campaign as its draft says, with what stands behind each name in it. */
export interface CampaignPlan {
  /** It writes again to recipients of another campaign instead of to groups. */
  readonly resend: boolean;
  readonly groups: readonly { readonly id: ContactGroupId; readonly archived: boolean }[];
  readonly numbers: readonly PlannedNumber[];
  readonly variants: readonly PlannedVariant[];
  /** By the tenant's clock; null: at once. */
  readonly startsAt: Instant | null;
  /** Whether anybody of the audience may be sent it. */
  readonly anyRecipient: boolean;
  /** Variants of whose category no price is known, where a cost cap is to be kept. */
  readonly unpriced: readonly string[];
}

export interface PlannedNumber {
  readonly connectionId: ConnectionId;
  readonly network: Network;
  readonly state: ConnectionState;
  readonly suspended: boolean;
  readonly wabaId: string | null;
}

export interface PlannedVariant {
  readonly key: string;
  readonly templateStatus: TemplateStatus;
  readonly wabaId: string;
  /** What a message must fill. */
  readonly places: readonly string[];
  readonly sources: VariableSources;
}

/** Why a campaign cannot be sent as it stands. */
export type PlanViolation =
  | { readonly code: 'no_group' | 'no_number' | 'no_variant' | 'no_recipient' | 'start_in_past' }
  | { readonly code: 'group_archived'; readonly groupId: ContactGroupId }
  | { readonly code: 'not_whatsapp' | 'number_not_connected' | 'number_suspended'; readonly connectionId: ConnectionId }
  | { readonly code: 'template_not_approved'; readonly variant: string; readonly status: TemplateStatus }
  | { readonly code: 'cap_without_price'; readonly variant: string }
  | { readonly code: 'template_of_other_account'; readonly variant: string; readonly connectionId: ConnectionId }
  | {
      readonly code: 'variable_without_source' | 'source_without_variable';
      readonly variant: string;
      readonly place: string;
    };

/** Everything that stands in the way of sending, in the order of the form. Empty: nothing does. */
export function violationsOf(plan: CampaignPlan, now: Instant): readonly PlanViolation[] {
  const { resend, groups, numbers, variants, startsAt } = plan;
  const nobody = (resend || groups.length > 0) && !plan.anyRecipient;
  return [
    ...(!resend && groups.length === 0 ? [{ code: 'no_group' } as const] : []),
    ...groups.filter(({ archived }) => archived).map(({ id }) => ({ code: 'group_archived', groupId: id }) as const),
    ...(numbers.length === 0 ? [{ code: 'no_number' } as const] : []),
    ...numbers.flatMap(violationsOfNumber),
    ...(variants.length === 0 ? [{ code: 'no_variant' } as const] : []),
    ...variants.flatMap((variant) => violationsOfVariant(variant, numbers)),
    ...plan.unpriced.map((variant) => ({ code: 'cap_without_price', variant }) as const),
    ...(startsAt !== null && startsAt <= now ? [{ code: 'start_in_past' } as const] : []),
    ...(nobody ? [{ code: 'no_recipient' } as const] : []),
  ];
}

function violationsOfNumber({ connectionId, network, state, suspended }: PlannedNumber): readonly PlanViolation[] {
  if (network !== 'whatsapp') return [{ code: 'not_whatsapp', connectionId }];
  return [
    ...(works(state) ? [] : [{ code: 'number_not_connected', connectionId } as const]),
    ...(suspended ? [{ code: 'number_suspended', connectionId } as const] : []),
  ];
}

/** Whether the number's grant is honoured; what it may do is asked when messages go out. */
const works = (state: ConnectionState): boolean => state !== 'expired' && state !== 'disconnected';

function violationsOfVariant(variant: PlannedVariant, numbers: readonly PlannedNumber[]): readonly PlanViolation[] {
  const { key, templateStatus: status, wabaId, places, sources } = variant;
  const named = Object.keys(sources);
  return [
    ...(status === 'approved' ? [] : [{ code: 'template_not_approved', variant: key, status } as const]),
    ...numbers
      .filter((number) => number.network === 'whatsapp' && number.wabaId !== wabaId)
      .map(({ connectionId }) => ({ code: 'template_of_other_account', variant: key, connectionId }) as const),
    ...places
      .filter((place) => !named.includes(place))
      .map((place) => ({ code: 'variable_without_source', variant: key, place }) as const),
    ...named
      .filter((place) => !places.includes(place))
      .map((place) => ({ code: 'source_without_variable', variant: key, place }) as const),
  ];
}

/** The variants whose category the card prices nowhere: a cost cap cannot be held against them. */
export function unpricedVariants(
  card: RateCard | null,
  variants: readonly { readonly key: string; readonly category: TemplateCategory }[],
): readonly string[] {
  return variants.filter(({ category }) => card === null || priceRange(card, category) === null).map(({ key }) => key);
}

export interface CostQuestion {
  readonly card: RateCard;
  /** Those who may be sent it; null: of no known country. */
  readonly countries: readonly { readonly country: string | null; readonly count: number }[];
  readonly variants: readonly { readonly key: string; readonly share: number; readonly category: TemplateCategory }[];
}

/** Decimals of six places. */
export interface CostEstimate {
  readonly low: string;
  readonly high: string;
  /** People of whom no price is known; they are in neither sum. */
  readonly unpriced: number;
  /** Where those people are whose country is known. */
  readonly unpricedCountries: readonly string[];
}

/**
 * What a campaign costs if every message is delivered. The range is for those whose country nobody knows: from the
 * cheapest market to the dearest. How a country splits over the variants is estimated by their shares.
 */
export function estimateCost({ card, countries, variants }: CostQuestion): CostEstimate {
  let [low, high, unpriced] = [0n, 0n, 0];
  const unpricedCountries = new Set<string>();
  for (const { country, count } of countries) {
    for (const quota of quotasOf(variants, count)) {
      const category = variants.find(({ key }) => key === quota.key)?.category;
      const price = category === undefined ? null : pricesOf(card, country, category);
      if (price === null) {
        unpriced += quota.count;
        if (country !== null && quota.count > 0) unpricedCountries.add(country);
      } else {
        low += price.low * BigInt(quota.count);
        high += price.high * BigInt(quota.count);
      }
    }
  }
  return { low: fromMicros(low), high: fromMicros(high), unpriced, unpricedCountries: [...unpricedCountries] };
}

function pricesOf(
  card: RateCard,
  country: string | null,
  category: TemplateCategory,
): { low: Micros; high: Micros } | null {
  if (country === null) return priceRange(card, category);
  const price = priceOf(card, country, category);
  return price === null ? null : { low: price, high: price };
}

/** What a number that is not held back may send in a second, unless WhatsApp has raised it. */
export const usualRatePerS = 80;

/** How long sending takes in seconds at best: all numbers at once, and no faster than the campaign is told to. */
export function durationS(messages: number, numberRates: readonly number[], ratePerS: number | null): number | null {
  const together = numberRates.reduce((sum, rate) => sum + rate, 0);
  const rate = ratePerS === null ? together : Math.min(together, ratePerS);
  return rate === 0 ? null : Math.ceil(messages / rate);
}
