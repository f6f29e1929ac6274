import { z } from 'zod';
import { ControlProblem, type ControlRoute, parsed } from '../control/route.ts';
import type { World } from '../kernel/world.ts';
import { mailUsers } from './seeds.ts';
import { type Subscription, subscriptions } from './subscription-operations.ts';

const lifecycleBody = z.strictObject({
  event: z.enum(['reauthorizationRequired', 'subscriptionRemoved', 'missed']),
  clientState: z.string().optional().describe('Another one than the subscription was made with forges the message.'),
});
const told = z.object({
  told: z.array(
    z.object({
      subscriptionId: z.string(),
      status: z.number().int().describe('What the app answered.'),
    }),
  ),
});

/** What Graph tells an app of its subscriptions, sent when a test or a demo says so. */
export function lifecycleControls(world: World): readonly ControlRoute[] {
  return [
    {
      method: 'post',
      path: '/people/{id}/lifecycle',
      id: 'tellOfSubscriptions',
      summary: 'Tell the app what becomes of its subscriptions to a mailbox',
      description: 'A subscription that is said to be removed is gone first. Nothing is sent a second time.',
      params: { id: "The person's object id." },
      body: lifecycleBody,
      status: 200,
      answer: told,
      missing: noSuchPerson,
      handle: (req) => tell(world, String(req.params['id']), parsed(lifecycleBody, req.body)),
    },
  ];
}

const noSuchPerson = 'Nobody of the seed has this id.';

async function tell(
  world: World,
  personId: string,
  { event, clientState }: z.output<typeof lifecycleBody>,
): Promise<z.output<typeof told>> {
  if (!mailUsers.some(({ id }) => id === personId)) throw new ControlProblem(404, noSuchPerson);
  const concerned = subscriptions(world)
    .values()
    .filter((subscription) => subscription.personId === personId && subscription.lifecycleNotificationUrl !== null);
  const isForged = clientState !== undefined;
  const answers = concerned.map(async (subscription) => {
    if (event === 'subscriptionRemoved' && !isForged) subscriptions(world).remove(subscription.id);
    const secret = isForged ? clientState : subscription.clientState;
    return { subscriptionId: subscription.id, status: await send(subscription, event, secret) };
  });
  return { told: await Promise.all(answers) };
}

const companyId = '70000000-0000-4000-8100-000000000001';

async function send(
  { id, expiresAt, lifecycleNotificationUrl }: Subscription,
  lifecycleEvent: string,
  clientState: string | null,
): Promise<number> {
  const subscriptionExpirationDateTime = new Date(expiresAt).toISOString();
  const message = { subscriptionId: id, subscriptionExpirationDateTime, tenantId: companyId, clientState };
  const answer = await fetch(lifecycleNotificationUrl ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value: [{ ...message, lifecycleEvent }] }),
    redirect: 'manual',
  });
  return answer.status;
}
