import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ChannelError } from '../../src/channels/channel.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { testMasterKeys } from '../db/support/held-connections.ts';
import { databaseAs } from '../db/support/stack-databases.ts';
import { beginCampaign, type WhatsappScript } from '../support/campaign-run.ts';
import { ledgerCounts, type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';

const { db } = databaseAs('app', { max: 6 });
const recipients = 150;

test.each([
  ['an account that is not paid for', 131_042, 'payment'],
  ['a number that is not registered', 133_010, 'number'],
  ['an account that is restricted', 368, 'restricted'],
])('%s stops the campaign: nothing more is tried until WhatsApp says that it is over', async (_what, code, problem) => {
  const whatsapp = {
    refusal: null as number | null,
    calls: 0,
    accepted: [] as string[],
    callsWhenAsked: [] as number[],
  };
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients });
  await play(own, {
    send: (to) => {
      whatsapp.calls += 1;
      if (whatsapp.calls === 21) whatsapp.refusal = code;
      if (whatsapp.refusal !== null) return { kind: 'refused', code: whatsapp.refusal, status: 400, words: null };
      whatsapp.accepted.push(to);
      return { kind: 'accepted', messageId: `wamid.${whatsapp.calls}`, heldBack: false };
    },
    health: () => {
      whatsapp.callsWhenAsked.push(whatsapp.calls);
      const asked = whatsapp.callsWhenAsked.length;
      if (asked === 2) throw new ChannelError('away', { class: 'retry_later', mayHaveActed: false });
      if (asked === 4) whatsapp.refusal = null;
      return asked === 4;
    },
  });
  const [first] = whatsapp.callsWhenAsked;
  expect(whatsapp.callsWhenAsked).toEqual([first, first, first, first]);
  expect(await ledgerCounts(db, own)).toEqual({ sent: recipients });
  expect(new Set(whatsapp.accepted).size).toBe(whatsapp.accepted.length);
  expect(await eventsOf(own)).toEqual([
    ['campaign.paused', { reason: 'connection', problem, code }],
    ['campaign.resumed', {}],
    ['campaign.finished', {}],
  ]);
});

test('a number that holds no token any more stops the campaign once, and its connection says why', async () => {
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 1 });
  await inTenant(own, (trx) => trx.deleteFrom('connection_secret').execute());
  const never = () => expect.fail('nothing can be sent or asked');
  const run = await beginCampaign(db, own, { send: never, health: never }, { skipping: false });
  await expect.poll(() => eventsOf(own), { timeout: 30_000 }).toHaveLength(1);
  await sleep(1_000);
  expect(await eventsOf(own)).toEqual([['campaign.paused', { reason: 'connection', problem: 'token', code: null }]]);
  expect(await inTenant(own, (trx) => trx.selectFrom('connection').select('state').execute())).toEqual([
    { state: 'expired' },
  ]);
  await run.terminate();
});

/** The whole of a campaign that runs already, in skipped time, against a WhatsApp that does as it is told. */
async function play(own: OwnCampaign, script: WhatsappScript): Promise<void> {
  await (await beginCampaign(db, own, script, { skipping: true })).result();
}

const inTenant = <T>({ tenantId }: OwnCampaign, work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
  withTenant(db, tenantId, work);

async function eventsOf(own: OwnCampaign) {
  const { campaignId } = own;
  const rows = await inTenant(own, (trx) =>
    trx.selectFrom('event').select(['kind', 'data']).where('entity_id', '=', campaignId).orderBy('position').execute(),
  );
  return rows.map(({ kind, data }) => [kind, data]);
}
