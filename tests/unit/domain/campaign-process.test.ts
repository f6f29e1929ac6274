import { expect, test } from 'vitest';
import {
  type CampaignReading,
  nextStep,
  rateRefusal,
  reviveEveryMs,
  ruleOnCommand,
} from '../../../src/domain/campaign-process.ts';
import { type CampaignState, campaignStates, type PauseReason } from '../../../src/domain/campaign.ts';
import type { ConnectionId } from '../../../src/domain/ids.ts';

const now = 1_000_000;
const numbers = ['number' as ConnectionId];
const running: CampaignReading = {
  state: 'running',
  pauseReason: null,
  startsAt: 0,
  waitingUntil: null,
  numbers,
  numbersWork: true,
  halted: false,
  askAt: null,
  frozen: true,
  nextDueAt: now,
};

test('a scheduled campaign waits for its start, and then starts', () => {
  const scheduled = { ...running, state: 'scheduled', startsAt: now + 1 } as const;
  expect(nextStep(scheduled, now)).toEqual({ kind: 'wait', until: now + 1 });
  expect(nextStep(scheduled, now + 1)).toEqual({ kind: 'start' });
});

test('it sends as soon as it runs, while the rest of its audience is still being written down', () => {
  expect(nextStep({ ...running, frozen: false, nextDueAt: null }, now)).toEqual({
    kind: 'send',
    numbers,
    freeze: true,
  });
});

test('it sends what is due, waits for what is not yet, and finishes when nothing is left', () => {
  expect(nextStep(running, now)).toEqual({ kind: 'send', numbers, freeze: false });
  expect(nextStep({ ...running, nextDueAt: now + 5 }, now)).toEqual({ kind: 'wait', until: now + 5 });
  expect(nextStep({ ...running, nextDueAt: null }, now)).toEqual({ kind: 'finish' });
});

test('with the reach used up it stays running and waits, but writes its audience down meanwhile', () => {
  const waiting = { ...running, waitingUntil: now + 9 };
  expect(nextStep(waiting, now)).toEqual({ kind: 'wait', until: now + 9 });
  expect(nextStep({ ...waiting, frozen: false }, now)).toEqual({ kind: 'send', numbers: [], freeze: true });
  expect(nextStep(waiting, now + 9)).toMatchObject({ kind: 'send' });
});

test('a crisis stop holds it back, whatever is due, until somebody releases it', () => {
  const untilReleased = { kind: 'wait', until: null };
  const halted = { ...running, halted: true };
  expect(nextStep(halted, now)).toEqual(untilReleased);
  expect(nextStep({ ...halted, frozen: false }, now)).toEqual(untilReleased);
  expect(nextStep({ ...halted, nextDueAt: null }, now)).toEqual(untilReleased);
  expect(nextStep({ ...halted, state: 'scheduled', startsAt: now }, now)).toEqual(untilReleased);
  expect(nextStep({ ...halted, state: 'scheduled', startsAt: now + 1 }, now)).toEqual({ kind: 'wait', until: now + 1 });
});

test('a paused campaign waits for a person, but one without its number goes on by itself after the repair', () => {
  const paused = { ...running, state: 'paused', pauseReason: 'error_rate' } as const;
  expect(nextStep(paused, now)).toEqual({ kind: 'wait', until: null });
  const broken = { ...paused, pauseReason: 'connection', numbersWork: false } as const;
  expect(nextStep(broken, now)).toEqual({ kind: 'wait', until: now + reviveEveryMs });
  expect(nextStep({ ...broken, numbersWork: true }, now)).toEqual({ kind: 'revive' });
});

test('an unpaid or unregistered number keeps a campaign paused: WhatsApp is asked every five minutes whether it is over', () => {
  const stopped = { ...running, state: 'paused', pauseReason: 'connection', numbersWork: false } as const;
  const askAt = now + reviveEveryMs;
  expect(nextStep({ ...stopped, askAt }, now)).toEqual({ kind: 'wait', until: askAt });
  expect(nextStep({ ...stopped, askAt }, askAt)).toEqual({ kind: 'ask' });
  expect(nextStep({ ...stopped, numbersWork: true, askAt }, askAt)).toEqual({ kind: 'revive' });
});

test('a cancelled campaign brings its rows to their ends before it ends itself', () => {
  const cancelled = { ...running, state: 'cancelled' } as const;
  expect(nextStep(cancelled, now)).toEqual({ kind: 'close' });
  expect(nextStep({ ...cancelled, nextDueAt: now + 7 }, now)).toEqual({ kind: 'wait', until: now + 7 });
  expect(nextStep({ ...cancelled, nextDueAt: null }, now)).toEqual({ kind: 'end' });
});

test('a campaign that is gone, over, or back in its author’s hands needs no process', () => {
  for (const state of ['draft', 'in_review', 'finished'] as const) {
    expect(nextStep({ ...running, state }, now)).toEqual({ kind: 'end' });
  }
  expect(nextStep(null, now)).toEqual({ kind: 'end' });
});

test('a command leads to a step, to nothing where it has been obeyed, or is refused', () => {
  const at = (state: CampaignState, pauseReason: PauseReason | null = null) => ({ state, pauseReason });
  expect(ruleOnCommand('pause', at('running'))).toEqual({ step: { kind: 'pause', reason: 'manual' } });
  expect(ruleOnCommand('pause', at('paused', 'error_rate'))).toEqual({ step: null });
  expect(ruleOnCommand('resume', at('paused', 'error_rate'))).toEqual({ step: { kind: 'resume' } });
  expect(ruleOnCommand('resume', at('running'))).toEqual({ step: null });
  expect(ruleOnCommand('cancel', at('scheduled'))).toEqual({ step: { kind: 'cancel' } });
  expect(ruleOnCommand('cancel', at('cancelled'))).toEqual({ step: null });
  expect(ruleOnCommand('pause', at('scheduled'))).toEqual({ refusal: { code: 'wrong_state', state: 'scheduled' } });
  expect(ruleOnCommand('cancel', at('finished'))).toEqual({ refusal: { code: 'ended', state: 'finished' } });
  expect(ruleOnCommand('resume', at('cancelled'))).toEqual({ refusal: { code: 'ended', state: 'cancelled' } });
});

test('a person’s pause takes the place of one that would end by itself', () => {
  const paused = { state: 'paused', pauseReason: 'connection' } as const;
  expect(ruleOnCommand('pause', paused)).toEqual({ step: { kind: 'pause', reason: 'manual' } });
});

test('how fast it sends can be changed from its schedule to its end', () => {
  expect(campaignStates.filter((state) => rateRefusal(state) === null)).toEqual(['scheduled', 'running', 'paused']);
  expect(rateRefusal('draft')).toEqual({ code: 'wrong_state', state: 'draft' });
  expect(rateRefusal('finished')).toEqual({ code: 'ended', state: 'finished' });
});
