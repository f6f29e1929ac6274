import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CampaignMessageState, campaignMessageStates } from '../../../src/domain/campaign-message.ts';
import { type Delivery, withStatus } from '../../../src/domain/message-state.ts';
import type { MessageStatus, ReportedState } from '../../../src/domain/number-news.ts';

const sentRow: Delivery = {
  state: 'sent',
  providerMessageId: 'w1',
  sentAt: 1_000,
  deliveredAt: null,
  readAt: null,
  failedAt: null,
  errorCode: null,
};
const row = (changes: Partial<Delivery>): Delivery => ({ ...sentRow, ...changes });
const unsent = { providerMessageId: null, sentAt: null };
const told = (state: ReportedState, changes: Partial<MessageStatus> = {}): MessageStatus => ({
  providerId: 'w1',
  state,
  at: 5_000,
  opaque: null,
  errorCode: state === 'failed' ? 131_026 : null,
  pricing: null,
  ...changes,
});
const after = (known: Delivery, ...statuses: readonly MessageStatus[]) => statuses.reduce(withStatus, known);

describe('the state of a message', () => {
  it('ends the same in whatever order, and however often, its statuses come', () => {
    const statuses = fc.array(
      fc.record({
        state: fc.constantFrom<ReportedState>('sent', 'delivered', 'read', 'failed'),
        at: fc.integer({ min: 1_000, max: 9_000 }),
        errorCode: fc.constantFrom(131_026, 131_049, null),
      }),
      { minLength: 1, maxLength: 8 },
    );
    const orders = statuses.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
    );
    const beginnings = fc.constantFrom(
      sentRow,
      row({ ...unsent, state: 'sending' }),
      row({ ...unsent, state: 'unconfirmed' }),
    );
    fc.assert(
      fc.property(beginnings, orders, (beginning, [list, shuffled]) => {
        const inOrder = list.map(({ state, ...rest }) => told(state, rest));
        const inDisorder = shuffled.map(({ state, ...rest }) => told(state, rest));
        expect(after(beginning, ...inDisorder)).toEqual(after(beginning, ...inOrder));
      }),
    );
  });

  it('never goes backwards', () => {
    const rank: readonly CampaignMessageState[] = ['sending', 'sent', 'failed', 'delivered', 'read'];
    const states = fc.array(fc.constantFrom<ReportedState>('sent', 'delivered', 'read', 'failed'), { maxLength: 10 });
    fc.assert(
      fc.property(states, (list) => {
        let known = row({ ...unsent, state: 'sending' });
        for (const state of list) {
          const next = withStatus(known, told(state));
          expect(rank.indexOf(next.state)).toBeGreaterThanOrEqual(rank.indexOf(known.state));
          known = next;
        }
      }),
    );
  });

  it('takes what was read for delivered, whether that is told or not', () => {
    expect(after(sentRow, told('read', { at: 8_000 }))).toMatchObject({ deliveredAt: 8_000, readAt: 8_000 });
    expect(after(sentRow, told('read', { at: 8_000 }), told('delivered', { at: 6_000 }))).toMatchObject({
      state: 'read',
      deliveredAt: 6_000,
      readAt: 8_000,
    });
  });

  it('takes a delivery for the truth, whatever failed besides', () => {
    const delivered = { state: 'delivered', failedAt: null, errorCode: null };
    expect(after(sentRow, told('failed'), told('delivered'))).toMatchObject(delivered);
    expect(after(sentRow, told('delivered'), told('failed'))).toMatchObject(delivered);
  });

  it.each(['sent', 'delivered', 'read', 'failed'] as const)('resolves what was unconfirmed: %s', (state) => {
    const known = after(row({ ...unsent, state: 'unconfirmed' }), told(state));
    expect(known).toMatchObject({ state, providerMessageId: 'w1' });
  });

  it('learns of a message that was sent after all before it is sent again', () => {
    for (const state of ['queued', 'claimed', 'skipped'] as const) {
      expect(after(row({ ...unsent, state }), told('sent'))).toMatchObject({ state: 'sent', providerMessageId: 'w1' });
      expect(after(row({ ...unsent, state }), told('failed')).state).toBe(state);
    }
  });

  it('hears nothing of the attempt that was refused, while and after it is tried again', () => {
    for (const state of ['queued', 'claimed', 'sending'] as const) {
      const again = row({ state });
      expect(after(again, told('sent'), told('failed'))).toBe(again);
    }
    const resent = after(row({ state: 'sending' }), told('sent', { providerId: 'w2' }));
    expect(resent).toMatchObject({ state: 'sent', providerMessageId: 'w2' });
    expect(after(resent, told('failed'))).toBe(resent);
  });

  it('is the same object where nothing is new', () => {
    for (const state of campaignMessageStates) {
      const known = row({ state, sentAt: 1_000, deliveredAt: 1_000, readAt: 1_000 });
      if (state === 'read') expect(after(known, told('sent'), told('delivered'), told('read'))).toBe(known);
    }
  });
});
