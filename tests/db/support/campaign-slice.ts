import { asyncLocalStorage, type Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { onTestFinished } from 'vitest';
import { graph } from '../../../simulators/graph/network.ts';
import type { TakenMessage } from '../../../simulators/graph/messaging/messages.ts';
import type { MessagingSettings } from '../../../simulators/graph/messaging/settings.ts';
import { whatsappBusinesses } from '../../../simulators/graph/whatsapp-seeds.ts';
import { campaignSliceActivities } from '../../../src/activities/campaign-slice.ts';
import type { Database } from '../../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../../src/db/tenant.ts';
import type { DepartureLogs } from '../../../src/platform/departure-log.ts';
import { controlOf, startSimulated } from '../../simulators/support/simulator.ts';
import { type CampaignFacts, ledgerCounts, ownCampaign } from '../../support/own-campaign.ts';
import { whatsappAt } from '../../support/whatsapp-at.ts';
import { testMasterKeys } from './held-connections.ts';

const [business] = whatsappBusinesses;
const waba = business.wabas[1];
export const number = {
  externalId: waba?.numbers[0]?.id ?? '',
  wabaId: waba?.id ?? '',
  accessToken: business.accessToken,
};

/** The template of `ownCampaign`, as WhatsApp holds it. */
const held = { wabaId: number.wabaId, name: 'saldi', components: [{ type: 'BODY', text: 'Ciao! Da oggi i saldi.' }] };

/** A campaign with its people, a WhatsApp of its own, and the activity that sends the one through the other. */
export async function campaignAtWhatsapp(
  db: Kysely<Database>,
  facts: Omit<CampaignFacts, 'masterKeys' | 'number'>,
  settings: Partial<MessagingSettings> = {},
  departures: DepartureLogs | null = null,
) {
  const simulator = await startSimulated(graph);
  const control = controlOf(simulator);
  await control('/messaging/settings', { json: { latencyMs: 1, throughput: 'HIGH', ...settings } });
  await control('/templates', { json: held });
  const own = await ownCampaign(db, { ...facts, masterKeys: testMasterKeys, number });
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(db, own.tenantId, work);
  // A number belongs to one tenant at a time: the next test has it.
  onTestFinished(() =>
    inTenant(async (trx) => void (await trx.updateTable('connection').set({ state: 'disconnected' }).execute())),
  );
  const whatsapp = whatsappAt(simulator.url);
  const { sendCampaign } = campaignSliceActivities({
    db,
    masterKeys: testMasterKeys,
    sender: whatsapp.sender,
    readLimits: whatsapp.readLimits,
    departures,
    clock: () => Date.now(),
    stopping: new AbortController().signal,
  });
  return {
    own,
    inTenant,
    control,
    slice: () => asActivity(() => sendCampaign(own)),
    counts: () => ledgerCounts(db, own),
    campaign: () =>
      inTenant((trx) =>
        trx.selectFrom('campaign').selectAll().where('id', '=', own.campaignId).executeTakeFirstOrThrow(),
      ),
    /** The numbers of those whose messages WhatsApp has taken. */
    taken: async () =>
      ((await control('/messaging/messages')).body as unknown as readonly TakenMessage[]).map(({ to }) => `+${to}`),
  };
}

/** Runs it as a worker would: first try, nothing cancelled. */
function asActivity<T>(work: () => Promise<T>): Promise<T> {
  const context = {
    info: { heartbeatDetails: undefined },
    heartbeat: () => undefined,
    cancellationSignal: new AbortController().signal,
  };
  return asyncLocalStorage.run(context as unknown as Context, work);
}
