import { z } from 'zod';
import { passGate, selectHalt } from '../../db/halt.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { defaultValues } from '../../domain/template-variable.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { haltProblem } from '../posts/post-problems.ts';
import { answer } from '../route-context.ts';
import { sendProblems } from './campaign-problems.ts';
import { campaignParams } from './campaign-schemas.ts';
import { presentViolations, readWhole } from './present-campaign.ts';
import { recordCampaign } from './record-campaign.ts';
import type { TestMessage, TestSender } from './test-sender.ts';

const phone = z
  .string()
  .regex(/^\+[1-9]\d{5,14}$/)
  .meta({ description: 'A number in E.164.', example: '+390212345678' });

const outcome = z.object({
  to: phone,
  outcome: z.enum(['sent', 'refused', 'suppressed', 'held', 'unknown']).meta({
    description:
      '`suppressed`: the contact with this number is blocked, or wants no marketing, so nothing was sent. `held`: just before, all campaigns were stopped or the number was suspended, so nothing was sent. `unknown`: its answer was lost.',
  }),
  code: z.int().nullable().meta({ description: 'WhatsApp’s error code; null as well where we have not asked it.' }),
});

/** Violations of a plan that do not matter to a test. */
const untested: ReadonlySet<string> = new Set(['no_group', 'group_archived', 'no_recipient', 'start_in_past']);

export function testCampaign({ sendTest }: { readonly sendTest: TestSender }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/campaigns/{campaignId}/test-sends',
    tag: 'Campaigns',
    summary: 'Send a test',
    description:
      'One message of a variant to each of a few numbers, with the defaults of its variables. It is sent in earnest and costs what a message costs, but it is in no result. Those numbers must have agreed to it outside of Chorally.',
    permission: 'campaign.write',
    params: campaignParams,
    body: z.strictObject({
      variant: z
        .string()
        .regex(/^[A-Z]$/)
        .meta({ description: 'Which variant.', example: 'A' }),
      to: z.array(phone).min(1).max(5).meta({ description: 'To whom: each number once.' }),
    }),
    answer: { status: 200, schema: z.object({ items: z.array(outcome) }), description: 'What became of each.' },
    refusals: { not_sendable: sendProblems.not_sendable, ...haltProblem },
    audit: 'campaign.test_sent',
    act: async (ctx) => {
      const { caller, params, body, now } = ctx;
      const message = await ctx.inTenant(async (trx): Promise<Omit<TestMessage, 'to'>> => {
        await passGate(trx, caller.tenantId);
        if ((await selectHalt(trx)) !== null) throw ctx.refuse('halted');
        const whole = await readWhole(trx, params.campaignId, now);
        if (whole === null) throw ctx.refuse('not_found');
        const violations = whole.violations.filter(({ code }) => !untested.has(code));
        if (violations.length > 0) {
          throw ctx.refuse('not_sendable', { extensions: { violations: presentViolations(violations) } });
        }
        const variant = whole.parts.variants.find(({ key }) => key === body.variant);
        const [number] = whole.parts.numbers;
        if (variant === undefined || number === undefined) throw ctx.invalid([unknownVariant(body.variant)]);
        await recordTest({ trx, caller, now }, params.campaignId, body);
        return {
          tenantId: caller.tenantId,
          campaignId: params.campaignId,
          connectionId: number.connectionId,
          templateId: variant.template.id,
          values: defaultValues(variant.sources),
        };
      });
      const items: z.input<typeof outcome>[] = [];
      for (const to of new Set(body.to)) {
        const result = await sendTest({ ...message, to });
        items.push({ to, outcome: result.kind, code: result.kind === 'refused' ? result.code : null });
      }
      return answer({ items });
    },
  });
}

/** Before anything goes out: a test that was sent is known of, whatever happens next. Without numbers. */
function recordTest(
  ctx: Parameters<typeof recordCampaign>[0],
  campaignId: CampaignId,
  { variant, to }: { readonly variant: string; readonly to: readonly string[] },
): Promise<void> {
  return recordCampaign(ctx, 'campaign.test_sent', campaignId, { variant, numbers: new Set(to).size });
}

function unknownVariant(value: string) {
  return { pointer: '/variant', rule: 'exists', limit: null, value, detail: 'is no variant of this campaign' };
}
