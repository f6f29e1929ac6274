import type { z } from 'zod';
import { type CampaignChange, changeCampaign } from '../../db/campaign.ts';
import type { takeStep } from '../../domain/campaign.ts';
import type { PlanViolation } from '../../domain/campaign-plan.ts';
import type { ProblemDetails, Refused } from '../problem.ts';
import type { Answered, HandleContext } from '../route-context.ts';
import type { stateProblems } from './campaign-problems.ts';
import type { campaignParams } from './campaign-schemas.ts';
import type { campaignView } from './campaign-view.ts';
import { answerCampaign, presentViolations, readWhole, type WholeCampaign } from './present-campaign.ts';

export type StepContext<Body, Code extends string = never> = HandleContext<
  z.output<typeof campaignParams>,
  undefined,
  Body,
  Code | keyof typeof stateProblems
>;

/** Takes a step for the caller and answers the campaign as it is then. Throws what the state machine refuses. */
export async function takeStepFor(
  ctx: StepContext<unknown>,
  change: Pick<CampaignChange, 'step' | 'set' | 'data'>,
): Promise<Answered<z.input<typeof campaignView>>> {
  const { trx, caller, params, now } = ctx;
  const { tenantId, userId } = caller;
  const outcome = await changeCampaign(trx, {
    ...change,
    tenantId,
    campaignId: params.campaignId,
    actor: { kind: 'user', id: userId },
    now,
  });
  if (outcome === null) throw ctx.refuse('not_found');
  if (outcome.kind === 'refused') throw ctx.refuse(outcome.code, { extensions: { state: outcome.state } });
  return answerCampaign(trx, params.campaignId, now);
}

/** Throws what the state machine refuses. The state comes before everything else that may be wrong. */
export function requireState(ctx: Pick<StepContext<unknown>, 'refuse'>, next: ReturnType<typeof takeStep>): void {
  if ('code' in next) throw ctx.refuse(next.code, { extensions: { state: next.state } });
}

/** The campaign, kept from others until the step is taken. Throws 404. */
export async function lockWhole(ctx: StepContext<unknown>): Promise<WholeCampaign> {
  const whole = await readWhole(ctx.trx, ctx.params.campaignId, ctx.now, { lock: true });
  if (whole === null) throw ctx.refuse('not_found');
  return whole;
}

/** Throws 409 with everything that stands in the way of sending. */
export function requireSendable(
  ctx: { refuse(code: 'not_sendable', details: ProblemDetails): Refused },
  violations: readonly PlanViolation[],
): void {
  if (violations.length === 0) return;
  throw ctx.refuse('not_sendable', { extensions: { violations: presentViolations(violations) } });
}
