import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { simulatorAddresses } from '../../dev/parts/simulators.ts';
import { testStack } from '../../dev/stack.ts';
import type { TakenMessage } from '../../simulators/graph/messaging/messages.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { referenceIn } from '../../src/domain/opaque-data.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { approved, eventsOf, sendableDraft } from '../support/campaign-api.ts';
import { insertGroup, insertTemplate } from '../support/campaign-people.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';
import { insertNumber } from '../support/whatsapp-number.ts';

// The second account of the first business: no other test of this layer sends from its number.
const [business] = whatsappBusinesses;
const waba = business.wabas[1] ?? business.wabas[0];
const people = 300;
const perSecond = 60;

it('after “paused” is answered no further message leaves; resumed, it goes on to its end, and nobody is written to twice', async () => {
  const own = await tenantApi().another();
  const id = await running(own);
  await expect.poll(() => taken(id), soon).toBeGreaterThan(20);
  const paused = await command(own, id, 'pause');
  expect(paused).toMatchObject({ state: 'paused', pauseReason: 'manual' });
  const atAnswer = await taken(id);
  expect(atAnswer).toBeLessThan(people);
  await sleep(1_500);
  expect(await taken(id)).toBe(atAnswer);
  expect(await command(own, id, 'pause'), 'who pauses it again hears the same').toMatchObject({ state: 'paused' });
  expect(await command(own, id, 'resume')).toMatchObject({ state: 'running', pauseReason: null });
  await expect.poll(() => stateOf(own, id), soon).toBe('finished');
  expect(await recipientsOf(id)).toMatchObject({ messages: people, people });
  expect((await command(own, id, 'pause')).type).toBe('/problems/ended');
  const { body: heard } = await own.as('elena', 'GET', '/v1/notifications');
  expect(heard.items).toMatchObject([{ kind: 'campaign_finished', subject: { kind: 'campaign', id } }]);
  const kinds = (await eventsOf(own, id)).map(({ kind }) => kind).filter((kind) => kind !== 'campaign.progressed');
  expect(kinds.slice(-4)).toEqual(['campaign.started', 'campaign.paused', 'campaign.resumed', 'campaign.finished']);
});

it('after “cancelled” is answered no further message leaves, and whoever was not sent it is skipped', async () => {
  const own = await tenantApi().another();
  const id = await running(own);
  await expect.poll(() => taken(id), soon).toBeGreaterThan(20);
  const slowed = await own.as('paolo', 'PUT', `${path(id)}/rate`, { ratePerS: 1 });
  expect(slowed.body).toMatchObject({ state: 'running', ratePerS: 1 });
  expect(await command(own, id, 'cancel')).toMatchObject({ state: 'cancelled' });
  const atAnswer = await taken(id);
  await sleep(1_500);
  expect(await taken(id)).toBe(atAnswer);
  await expect
    .poll(async () => (await own.as('paolo', 'GET', `${path(id)}/results`)).body, soon)
    .toMatchObject({ total: { waiting: 0, sent: atAnswer, skipped: people - atAnswer } });
  expect((await command(own, id, 'resume')).type).toBe('/problems/ended');
});

const tenantApi = useTenantApi();
const soon = { timeout: 40_000, interval: 100 };
const path = (id: string): string => `/v1/campaigns/${id}`;

/** A campaign that was approved, and that the stack's worker sends through the number of the simulator. */
async function running(own: TenantApi): Promise<string> {
  const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
  const place = { numberId: waba.numbers[0]?.id ?? '', wabaId: waba.id, token: business.accessToken };
  const { connectionId } = await insertNumber(own.api, own.tenant.id, place);
  onTestFinished(() => giveUp(own, own.tenant.id));
  const named = await own.inTenant(async (trx) => ({
    groupIds: [await insertGroup(trx, author, [{ count: people }])],
    variants: [{ key: 'A', templateId: await insertTemplate(trx, author, { account: waba.id }) }],
  }));
  for (const { templateId } of named.variants) await hold(templateId);
  const { body } = await sendableDraft(own, { ...named, connectionIds: [connectionId], ratePerS: perSecond });
  const { body: scheduled } = await approved(own, body.id);
  expect(scheduled).toMatchObject({ state: 'scheduled' });
  return body.id;
}

/** WhatsApp has the template too. */
async function hold(templateId: string): Promise<void> {
  const name = `t_${templateId.replaceAll('-', '')}`;
  const components = [{ type: 'BODY', text: 'Buone feste!' }];
  const { graph } = simulatorAddresses(testStack());
  await fetch(`${graph?.control}/templates`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ wabaId: waba.id, name, components }),
  });
}

/** A number belongs to one tenant at a time. */
async function giveUp(own: TenantApi, tenantId: TenantId): Promise<void> {
  await own.inTenant((trx) =>
    trx
      .updateTable('connection')
      .set({ state: 'disconnected' })
      .where('tenant_id', '=', tenantId)
      .where('network', '=', 'whatsapp')
      .execute(),
  );
}

const command = async (own: TenantApi, id: string, name: string) =>
  (await own.as('paolo', 'POST', `${path(id)}/${name}`)).body;

const stateOf = async (own: TenantApi, id: string) => (await own.as('paolo', 'GET', path(id))).body.state;

/** What WhatsApp has taken of a campaign. */
async function messagesOf(id: string): Promise<readonly TakenMessage[]> {
  const { graph } = simulatorAddresses(testStack());
  const answered = await fetch(`${graph?.control}/messaging/messages`);
  const all = (await answered.json()) as readonly TakenMessage[];
  return all.filter(({ opaque }) => {
    const reference = referenceIn(opaque);
    return reference?.kind === 'campaign' && reference.campaignId === id;
  });
}

const taken = async (id: string): Promise<number> => (await messagesOf(id)).length;

async function recipientsOf(id: string) {
  const messages = await messagesOf(id);
  return { messages: messages.length, people: new Set(messages.map(({ to }) => to)).size };
}
