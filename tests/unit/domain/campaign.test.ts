import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CampaignState,
  campaignStates,
  type CampaignStep,
  hasProcess,
  pauseReasons,
  takeStep,
} from '../../../src/domain/campaign.ts';

describe('a campaign', () => {
  it.each<[CampaignState, CampaignStep, CampaignState]>([
    ['draft', { kind: 'submit' }, 'in_review'],
    ['in_review', { kind: 'send_back' }, 'draft'],
    ['in_review', { kind: 'approve' }, 'scheduled'],
    ['scheduled', { kind: 'send_back' }, 'draft'],
    ['draft', { kind: 'schedule' }, 'scheduled'],
    ['scheduled', { kind: 'withdraw' }, 'draft'],
    ['scheduled', { kind: 'start' }, 'running'],
    ['running', { kind: 'pause', reason: 'quality' }, 'paused'],
    ['paused', { kind: 'resume' }, 'running'],
    ['running', { kind: 'finish' }, 'finished'],
    ['paused', { kind: 'pause', reason: 'manual' }, 'paused'],
    ['paused', { kind: 'cancel' }, 'cancelled'],
  ])('that is %s goes by %o to %s', (from, step, to) => {
    expect(takeStep(from, step)).toEqual({ state: to, pauseReason: step.kind === 'pause' ? step.reason : null });
  });

  it.each<[CampaignState, CampaignStep]>([
    ['draft', { kind: 'approve' }],
    ['draft', { kind: 'start' }],
    ['in_review', { kind: 'start' }],
    ['running', { kind: 'withdraw' }],
    ['paused', { kind: 'pause', reason: 'connection' }],
    ['paused', { kind: 'finish' }],
  ])('that is %s does not take %o', (state, step) => {
    expect(takeStep(state, step)).toEqual({ code: 'wrong_state', state });
  });

  it('has a reason to pause exactly while it is paused, and nothing moves it once it has ended', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        let at: { state: CampaignState; pauseReason: string | null } = { state: 'draft', pauseReason: null };
        for (const step of steps) {
          const next = takeStep(at.state, step);
          const ended = at.state === 'finished' || at.state === 'cancelled';
          if (ended) expect(next).toEqual({ code: 'ended', state: at.state });
          if (!('code' in next)) at = next;
          expect(at.pauseReason !== null).toBe(at.state === 'paused');
        }
      }),
    );
  });

  it('has a process from its schedule on', () => {
    expect(campaignStates.filter((state) => !hasProcess(state))).toEqual(['draft', 'in_review']);
  });
});

const anyStep: fc.Arbitrary<CampaignStep> = fc.oneof(
  fc.constantFrom<CampaignStep[]>(
    { kind: 'submit' },
    { kind: 'send_back' },
    { kind: 'approve' },
    { kind: 'schedule' },
    { kind: 'withdraw' },
    { kind: 'start' },
    { kind: 'resume' },
    { kind: 'finish' },
    { kind: 'cancel' },
  ),
  fc.constantFrom(...pauseReasons).map((reason) => ({ kind: 'pause', reason }) as const),
);
