import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CampaignDraft, changeCampaign, insertCampaign } from '../../src/db/campaign.ts';
import { freezeChunk, type Frozen, isFrozen } from '../../src/db/campaign-freeze.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { consents } from '../../src/domain/author.ts';
import { skipReasonOf } from '../../src/domain/campaign-recipient.ts';
import type { CampaignId, ContactGroupId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertGroup, insertNumber, insertPeople, insertTemplate } from '../support/campaign-people.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

const now = new Date('2026-12-01T10:00:00Z');
const app = databaseAs('app', { max: 6 });
let tenant: FreshTenant;

beforeEach(async () => {
  tenant = await freshTenant(app.db, { policy: false });
});

describe('a frozen audience', () => {
  it('holds everybody of all groups once, and whoever is sent nothing with the reason', async () => {
    const [first, second] = [await group([{ count: 30 }]), await group([{ count: 5, consent: 'withdrawn' }])];
    await inTenant((trx) => addMembers(trx, { from: first, to: second, count: 10 }));
    await inTenant((trx) =>
      insertPeople(trx, { tenantId: tenant.id, groupId: second }, { count: 2, network: 'telegram' }),
    );
    await inTenant((trx) => insertPeople(trx, { tenantId: tenant.id, groupId: second }, { count: 3, blocked: true }));
    const id = await campaign({ groupIds: [first, second] });
    expect(await freeze(id)).toEqual({ written: 40, recipients: 40, done: true });
    expect(await ledger(id)).toEqual({ queued: 30, no_consent: 5, blocked: 3, no_number: 2 });
    expect(await inTenant((trx) => isFrozen(trx, id))).toBe(true);
  });

  it('judges people as the rule in the domain does, with or without marketing', async () => {
    for (const category of ['marketing', 'utility'] as const) {
      for (const consent of consents) {
        for (const blocked of [false, true]) {
          const id = await campaign({ groupIds: [await group([{ count: 1, consent, blocked }])] }, [category]);
          await freeze(id);
          const why = skipReasonOf({ consent, blocked, reachable: true }, category === 'marketing');
          expect(await ledger(id), `${category} ${consent} ${blocked}`).toEqual({ [why ?? 'queued']: 1 });
        }
      }
    }
  });

  it('splits exactly by the largest remainder, and gives a person the same variant however it is cut', async () => {
    const groupIds = [await group([{ count: 101 }])];
    const id = await campaign({ groupIds }, ['marketing', 'marketing', 'marketing'], [1, 1, 2]);
    await freezeAll(id, 7);
    const variants = await inTenant((trx) =>
      sql<{ variant: string; count: number }>`
        select variant, count(*)::integer as count from campaign_message where campaign_id = ${id}
        group by 1 order by 1`.execute(trx),
    );
    expect(variants.rows).toEqual([
      { variant: 'A', count: 25 },
      { variant: 'B', count: 25 },
      { variant: 'C', count: 51 },
    ]);
  });

  it('is of one instant: who joins or leaves a group while it is written changes nothing', async () => {
    const groupId = await group([{ count: 20 }]);
    const id = await campaign({ groupIds: [groupId] });
    expect(await freeze(id, 5)).toEqual({ written: 5, recipients: 20, done: false });
    expect(await inTenant((trx) => isFrozen(trx, id))).toBe(false);
    await inTenant((trx) => insertPeople(trx, { tenantId: tenant.id, groupId }, { count: 4 }));
    await inTenant((trx) => trx.deleteFrom('contact_group_author').where('group_id', '=', groupId).execute());
    await freezeAll(id, 5);
    expect(await ledger(id)).toEqual({ queued: 20 });
  });

  it('is written once, also by two at the same time and after one was killed in the middle', async () => {
    const id = await campaign({ groupIds: [await group([{ count: 60 }])] });
    await freeze(id, 10);
    const killed = inTenant(async (trx) => {
      await freezeChunk(trx, { tenantId: tenant.id, campaignId: id, now }, 10);
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await ledger(id)).toEqual({ queued: 10 });
    await Promise.all(Array.from({ length: 6 }, () => freeze(id, 10)));
    expect(await ledger(id)).toEqual({ queued: 60 });
    expect(await freeze(id, 10)).toEqual({ written: 0, recipients: 60, done: true });
  });

  it('can be claimed in its own order: later chunks have later ids', async () => {
    const id = await campaign({ groupIds: [await group([{ count: 30 }])] });
    await freezeAll(id, 10);
    const rows = await inTenant((trx) =>
      trx.selectFrom('campaign_message').select('author_id').where('campaign_id', '=', id).orderBy('id').execute(),
    );
    const order = rows.map(({ author_id: author }) => author);
    expect(order).toEqual(order.toSorted());
  });

  it('writes to each person from one number, and to all numbers about alike', async () => {
    const groupIds = [await group([{ count: 300 }])];
    const senders = [await number(), await number(), await number()];
    const from = async () => {
      const id = await campaign({ groupIds, connectionIds: senders });
      await freeze(id);
      const rows = await inTenant((trx) =>
        trx
          .selectFrom('campaign_message')
          .select(['author_id', 'connection_id'])
          .where('campaign_id', '=', id)
          .orderBy('author_id')
          .execute(),
      );
      return rows;
    };
    const [first, second] = [await from(), await from()];
    expect(first).toEqual(second);
    for (const sender of senders) {
      const count = first.filter(({ connection_id: connection }) => connection === sender).length;
      expect(count).toBeGreaterThan(60);
    }
  });

  it('is due by each person’s own clock: theirs, else their country’s, else the tenant’s; never in quiet hours', async () => {
    const groupId = await group([
      { count: 1, country: 'IT' },
      { count: 1, country: 'JP' },
      { count: 1, country: 'US' },
      { count: 1, country: 'US', timeZone: 'America/New_York' },
      { count: 1, country: null, timeZone: 'Nowhere/Land' },
    ]);
    const id = await campaign({
      groupIds: [groupId],
      startsAtLocal: '2026-12-24T08:00',
      zone: 'recipient',
      quietHours: { from: '21:00', to: '09:30' },
    });
    await freeze(id);
    const dues = await inTenant((trx) =>
      trx.selectFrom('campaign_message').select('due_at').where('campaign_id', '=', id).orderBy('id').execute(),
    );
    expect(dues.map(({ due_at: at }) => at.toISOString())).toEqual([
      '2026-12-24T08:30:00.000Z',
      '2026-12-24T00:30:00.000Z',
      '2026-12-24T08:30:00.000Z',
      '2026-12-24T14:30:00.000Z',
      '2026-12-24T08:30:00.000Z',
    ]);
  });

  it('keeps nobody from pausing while it is written', async () => {
    const id = await campaign({ groupIds: [await group([{ count: 20 }])] });
    await step(id, { kind: 'schedule' });
    await step(id, { kind: 'start' });
    const { promise: written, resolve: write } = Promise.withResolvers<null>();
    const { promise: finish, resolve: end } = Promise.withResolvers<null>();
    const freezing = inTenant(async (trx) => {
      // What writing rows of the ledger holds of the campaign: their foreign key.
      await trx.selectFrom('campaign').select('id').where('id', '=', id).forKeyShare().execute();
      write(null);
      await finish;
    });
    await written;
    expect(await step(id, { kind: 'pause', reason: 'manual' })).toEqual({ kind: 'changed' });
    end(null);
    await freezing;
  });
});

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.id, work);
}

const author = () => ({ tenantId: tenant.id, by: tenant.people.elena });
const group = (crowds: Parameters<typeof insertGroup>[2]) => inTenant((trx) => insertGroup(trx, author(), crowds));
const number = () => inTenant((trx) => insertNumber(trx, tenant.id));

/** A draft with one number, and a variant for each category with its part of the whole. */
async function campaign(
  draft: Partial<CampaignDraft>,
  categories: readonly ('marketing' | 'utility')[] = ['marketing'],
  shares: readonly number[] = [1],
): Promise<CampaignId> {
  const id = newId<CampaignId>();
  const connectionIds = draft.connectionIds ?? [await number()];
  await inTenant(async (trx) => {
    const variants: CampaignDraft['variants'][number][] = [];
    for (const [index, category] of categories.entries()) {
      const templateId = await insertTemplate(trx, author(), { category });
      variants.push({ key: 'ABC'.charAt(index), templateId, share: shares[index] ?? 1, variables: {} });
    }
    const whole: CampaignDraft = {
      name: 'Natale',
      groupIds: [],
      startsAtLocal: null,
      zone: 'tenant',
      quietHours: null,
      ratePerS: null,
      costCap: null,
      currency: 'EUR',
      ...draft,
      connectionIds,
      variants,
    };
    await insertCampaign(trx, { ...author(), id, draft: whole, cloneOf: null, resendOf: null, now });
  });
  return id;
}

function freeze(campaignId: CampaignId, size?: number): Promise<Frozen> {
  return inTenant((trx) => freezeChunk(trx, { tenantId: tenant.id, campaignId, now }, size));
}

async function freezeAll(campaignId: CampaignId, size: number): Promise<void> {
  while (!(await freeze(campaignId, size)).done);
}

function step(campaignId: CampaignId, taken: Parameters<typeof changeCampaign>[1]['step']) {
  const actor = { kind: 'process' } as const;
  return inTenant((trx) => changeCampaign(trx, { tenantId: tenant.id, campaignId, step: taken, actor, now }));
}

/** How many rows are in each state, or skipped for each reason. */
async function ledger(campaignId: CampaignId): Promise<Record<string, number>> {
  const { rows } = await inTenant((trx) =>
    sql<{ what: string; count: number }>`
      select coalesce(skip_reason, state) as what, count(*)::integer as count
      from campaign_message where campaign_id = ${campaignId} group by 1`.execute(trx),
  );
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
}

async function addMembers(
  trx: TenantTransaction,
  { from, to, count }: { from: ContactGroupId; to: ContactGroupId; count: number },
): Promise<void> {
  await sql`
    insert into contact_group_author (tenant_id, group_id, author_id, added_at)
    select tenant_id, ${to}::uuid, author_id, added_at from contact_group_author
    where group_id = ${from} order by author_id limit ${count}`.execute(trx);
}
