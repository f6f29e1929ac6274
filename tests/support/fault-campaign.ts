import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { demoTenant, demoUser } from '../../dev/demo-data.ts';
import { programVariables } from '../../dev/environment.ts';
import { simulatorAddresses } from '../../dev/parts/simulators.ts';
import type { Loss, TakenMessage } from '../../simulators/graph/messaging/messages.ts';
import type { MessagingSettings } from '../../simulators/graph/messaging/settings.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { tellCampaign } from '../../src/db/campaign-process.ts';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { CampaignMessageState } from '../../src/domain/campaign-message.ts';
import { campaignWorkflowId } from '../../src/domain/campaign.ts';
import type { CampaignMessageId, TenantId, UserId } from '../../src/domain/ids.ts';
import type { TemplateCategory } from '../../src/domain/template.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import { cancel, pause, resume } from '../../src/workflows/campaign/messages.ts';
import { environment } from './fault-api.ts';
import { control } from './fault-networks.ts';
import { stack } from './fault-stack.ts';
import { eventually } from './fault-wait.ts';
import { withTemporal } from './histories.ts';
import { ledgerCounts, type OwnCampaign, ownCampaign } from './own-campaign.ts';

const [, , business] = whatsappBusinesses;
const [waba] = business.wabas;
const number = { externalId: waba.numbers[0]?.id ?? '', wabaId: waba.id, accessToken: business.accessToken };
const of = {
  tenantId: demoTenant(business.tenant.slug).id as TenantId,
  userId: demoUser(`laura.${business.tenant.slug}`).id as UserId,
};
/** Nobody else's people have numbers that begin like this. */
const prefix = '39370';

/** A message that WhatsApp has taken, with the furthest of its statuses that we have taken. */
export type KnownMessage = TakenMessage & { readonly told: 'sent' | 'delivered' | 'read' | 'failed' | null };

/** Starts a campaign of Borgoverde's, to people of its own, at a WhatsApp that behaves as told and reports by webhook. */
export async function startedCampaign(
  db: Kysely<Database>,
  facts: {
    readonly recipients: number;
    readonly whatsapp: Partial<MessagingSettings>;
    readonly category?: TemplateCategory;
  },
): Promise<OwnCampaign> {
  const { recipients, category = 'marketing', whatsapp } = facts;
  const fast = { throughput: 'HIGH', tier: 'TIER_UNLIMITED', callbackUrl: `${environment().api}/webhooks/meta` };
  await control('graph', 'POST', '/messaging/settings', { ...fast, ...whatsapp });
  await forgetCampaigns(db);
  const { masterKeys } = readWorkerConfig(programVariables(stack));
  const own = await ownCampaign(db, { masterKeys, recipients, category, number, of, prefix, state: 'scheduled' });
  await holdTemplate(db, own);
  await withTenant(db, own.tenantId, (trx) => tellCampaign(trx, own, new Date()));
  return own;
}

/** WhatsApp has approved the campaign's template. */
async function holdTemplate(db: Kysely<Database>, own: OwnCampaign): Promise<void> {
  const { name, category } = await templateOf(db, own);
  const components = [{ type: 'BODY', text: 'Ciao! Da oggi i saldi.' }];
  const response = await fetch(templatesAt, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ name, language: 'it', category: category.toUpperCase(), components }),
  });
  const { id } = (await response.json()) as { id?: string };
  await control('graph', 'POST', `/templates/${id}/decide`, { status: 'APPROVED' });
}

/** WhatsApp lets out what it has held of the campaign's template, or drops it. */
export async function endPacing(db: Kysely<Database>, own: OwnCampaign, outcome: 'release' | 'drop'): Promise<unknown> {
  const { name } = await templateOf(db, own);
  const response = await fetch(`${templatesAt}?${new URLSearchParams({ name })}`, { headers: authorization });
  const { data } = (await response.json()) as { data: readonly { id: string }[] };
  return control('graph', 'POST', `/templates/${data[0]?.id}/pacing`, { outcome });
}

const templatesAt = `${simulatorAddresses(stack)['graph']?.url}/v23.0/${waba.id}/message_templates`;
const authorization = { authorization: `Bearer ${business.accessToken}` };

const templateOf = (db: Kysely<Database>, { tenantId, templateId }: OwnCampaign) =>
  withTenant(db, tenantId, (trx) =>
    trx.selectFrom('template').select(['name', 'category']).where('id', '=', templateId).executeTakeFirstOrThrow(),
  );

/** Takes the number, the people and their ledger back from the campaign of the test before. */
export async function forgetCampaigns(db: Kysely<Database>): Promise<void> {
  await withTenant(db, of.tenantId, async (trx) => {
    const people = trx.selectFrom('author').select('id').where('phone', 'like', `+${prefix}%`);
    await trx.deleteFrom('campaign_message').where('author_id', 'in', people).execute();
    await trx.deleteFrom('author').where('phone', 'like', `+${prefix}%`).execute();
    await trx
      .updateTable('connection')
      .set({ state: 'disconnected', external_id: sql<string>`external_id || '-' || id` })
      .where('network', '=', 'whatsapp')
      .where('external_id', '=', number.externalId)
      .execute();
  });
}

/** Gives a command to the campaign's process; returns its answer and the instant at which it was there. */
export async function command(own: OwnCampaign, name: 'pause' | 'resume' | 'cancel') {
  const answer = await withTemporal((client) =>
    client.workflow
      .getHandle(campaignWorkflowId(own.tenantId, own.campaignId))
      .executeUpdate({ pause, resume, cancel }[name], { args: [{ by: own.userId }] }),
  );
  return { ...answer, at: Date.now() };
}

/** Waits until WhatsApp has taken so many messages. */
export async function untilTaken(count: number, withinMs: number): Promise<void> {
  await eventually(
    `${count} messages taken`,
    async () => {
      const { taken } = (await control('graph', 'GET', '/messaging/deliveries')) as { taken: number };
      if (taken >= count) return true;
      // Counting costs the simulator time.
      await sleep(200);
      return null;
    },
    { withinMs },
  );
}

/** Waits until every status has been told that is ever told. */
export async function untilAllTold(withinMs: number): Promise<void> {
  await eventually(
    'every status told',
    async () => {
      const { waiting } = (await control('graph', 'GET', '/messaging/deliveries')) as { waiting: number };
      return waiting === 0 ? true : null;
    },
    { withinMs },
  );
}

export function untilState(db: Kysely<Database>, own: OwnCampaign, state: string, withinMs: number): Promise<true> {
  return eventually(
    `the campaign ${state}`,
    async () => {
      const row = await withTenant(db, own.tenantId, (trx) =>
        trx
          .selectFrom('campaign')
          .select(['state', 'pause_reason'])
          .where('id', '=', own.campaignId)
          .executeTakeFirstOrThrow(),
      );
      if (row.pause_reason !== null) throw new Error(`paused: ${row.pause_reason}`);
      return row.state === state ? true : null;
    },
    { withinMs },
  );
}

export const endStates: readonly string[] = ['sent', 'delivered', 'read', 'failed', 'skipped', 'unconfirmed'];

/** Waits until nothing will be done for any row any more. */
export async function untilEveryRowEnded(db: Kysely<Database>, own: OwnCampaign, withinMs: number): Promise<void> {
  await eventually(
    'every row ended',
    async () => {
      const counts = await ledgerCounts(db, own);
      return Object.keys(counts).every((state) => endStates.includes(state)) ? true : null;
    },
    { withinMs },
  );
}

export interface LedgerRow {
  readonly id: CampaignMessageId;
  readonly state: CampaignMessageState;
  readonly sending_at: Date | null;
  readonly attempts: number;
}

export function ledgerOf(db: Kysely<Database>, own: OwnCampaign): Promise<readonly LedgerRow[]> {
  return withTenant(db, own.tenantId, (trx) =>
    trx
      .selectFrom('campaign_message')
      .select(['id', 'state', 'sending_at', 'attempts'])
      .where('campaign_id', '=', own.campaignId)
      .execute(),
  );
}

export async function takenMessages(): Promise<readonly KnownMessage[]> {
  return (await control('graph', 'GET', '/messaging/messages')) as readonly KnownMessage[];
}

export async function losses(): Promise<readonly Loss[]> {
  return (await control('graph', 'GET', '/messaging/losses')) as readonly Loss[];
}
