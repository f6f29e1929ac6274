import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CampaignPlan, durationS, estimateCost, violationsOf } from '../../../src/domain/campaign-plan.ts';
import type { ConnectionId, ContactGroupId } from '../../../src/domain/ids.ts';
import { cardFor, fromMicros, priceOf, type RateCard, toMicros } from '../../../src/domain/rate-card.ts';

const now = Date.parse('2026-12-01T10:00:00Z');
const connectionId = 'number' as ConnectionId;
const groupId = 'group' as ContactGroupId;

describe('a plan', () => {
  it('that is complete has no violation', () => {
    expect(violationsOf(plan, now)).toEqual([]);
  });

  it('of a draft that says nothing lacks a group, a number and a template', () => {
    const empty = { ...plan, groups: [], numbers: [], variants: [], anyRecipient: false };
    expect(codes(empty)).toEqual(['no_group', 'no_number', 'no_variant']);
  });

  it.each<[string, Partial<CampaignPlan>]>([
    ['no_recipient', { anyRecipient: false }],
    ['start_in_past', { startsAt: now }],
    ['group_archived', { groups: [{ id: groupId, archived: true }] }],
    ['number_not_connected', { numbers: [{ ...number(), state: 'expired' }] }],
    ['number_suspended', { numbers: [{ ...number(), suspended: true }] }],
    ['not_whatsapp', { numbers: [{ ...number(), network: 'facebook' }] }],
    ['template_of_other_account', { numbers: [{ ...number(), wabaId: '2' }] }],
    ['template_not_approved', { variants: [{ ...variant(), templateStatus: 'paused' }] }],
    ['variable_without_source', { variants: [{ ...variant(), places: ['body.1', 'body.2'] }] }],
    ['cap_without_price', { unpriced: ['A'] }],
    ['source_without_variable', { variants: [{ ...variant(), places: [] }] }],
  ])('has %s', (code, change) => {
    expect(codes({ ...plan, ...change })).toEqual([code]);
  });

  it('to write again needs no group', () => {
    expect(codes({ ...plan, resend: true, groups: [] })).toEqual([]);
    expect(codes({ ...plan, resend: true, groups: [], anyRecipient: false })).toEqual(['no_recipient']);
  });
});

describe('the cost', () => {
  it('is the price of each country and category, exactly', () => {
    const estimate = estimateCost({
      card,
      countries: [
        { country: 'IT', count: 100_000 },
        { country: 'NL', count: 3 },
      ],
      variants: [{ key: 'A', share: 1, category: 'marketing' }],
    });
    expect(estimate).toEqual({ low: '6580.396900', high: '6580.396900', unpriced: 0, unpricedCountries: [] });
  });

  it('is a range for those whose country nobody knows, and leaves out whom no price is known for', () => {
    const countries = [
      { country: null, count: 10 },
      { country: 'AQ', count: 4 },
    ];
    const variants = [{ key: 'A', share: 1, category: 'marketing' }] as const;
    expect(estimateCost({ card, countries, variants })).toEqual({
      low: '0.104000',
      high: '1.323000',
      unpriced: 4,
      unpricedCountries: ['AQ'],
    });
  });

  it('is the rest of a region’s where a country has no price of its own, and the rest of the world’s elsewhere', () => {
    const wide: RateCard = { ...card, prices: { ...card.prices, other: { marketing: '0.0400' } } };
    const prices = ['SE', 'GR', 'PA', 'AQ', 'GB', 'US'].map((country) => priceOf(wide, country, 'marketing'));
    expect(prices).toEqual([49_000n, 71_200n, 61_200n, 40_000n, null, null]);
  });

  it('follows the shares of variants of different categories', () => {
    const variants = [
      { key: 'A', share: 1, category: 'marketing' },
      { key: 'B', share: 3, category: 'utility' },
    ] as const;
    const estimate = estimateCost({ card, countries: [{ country: 'IT', count: 4 }], variants });
    expect(estimate.low).toBe(fromMicros(65_800n + 3n * 24_800n));
  });

  it('is of the card that holds on the day', () => {
    const newer: RateCard = { ...card, from: '2027-01-01', prices: { italy: { marketing: '0.0700' } } };
    const priced = (day: string) => {
      const held = cardFor('EUR', new Date(day), [newer, card]);
      return held === null ? null : priceOf(held, 'IT', 'marketing');
    };
    expect([priced('2026-06-30'), priced('2026-12-31'), priced('2027-01-01')]).toEqual([null, 65_800n, 70_000n]);
    expect(cardFor('XXX', new Date('2027-01-01'))).toBeNull();
  });

  it('is written and read without loss', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 14n }), (micros) => {
        expect(toMicros(fromMicros(micros))).toBe(micros);
      }),
    );
    for (const text of ['', '-1', '1.1234567', '1e3', '.5']) expect(() => toMicros(text)).toThrow(TypeError);
  });
});

describe('sending takes', () => {
  it('as long as all numbers together need, or as the campaign is told to', () => {
    expect(durationS(1_000, [80, 80], null)).toBe(7);
    expect(durationS(1_000, [80, 80], 10)).toBe(100);
    expect(durationS(1_000, [80], 500)).toBe(13);
    expect(durationS(1_000, [], null)).toBeNull();
  });
});

function number() {
  return { connectionId, network: 'whatsapp', state: 'connected', suspended: false, wabaId: '1' } as const;
}

function variant() {
  return {
    key: 'A',
    templateStatus: 'approved',
    wabaId: '1',
    places: ['body.1'],
    sources: { 'body.1': { from: 'fixed', value: 'x' } },
  } as const;
}

const plan: CampaignPlan = {
  resend: false,
  groups: [{ id: groupId, archived: false }],
  numbers: [number()],
  variants: [variant()],
  startsAt: null,
  anyRecipient: true,
  unpriced: [],
};

const codes = (of: CampaignPlan) => violationsOf(of, now).map(({ code }) => code);

const euro = cardFor('EUR', new Date('2026-12-01'));
if (euro === null) throw new Error('there is no card in euro');
const card: RateCard = euro;
