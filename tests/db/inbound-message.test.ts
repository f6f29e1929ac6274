import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { addressBook } from '../../src/api/webhooks/address-book.ts';
import { takeMessage, takePreference } from '../../src/api/webhooks/take-message.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorId, CampaignMessageId } from '../../src/domain/ids.ts';
import type { InboundMessage } from '../../src/domain/number-news.ts';
import { insertAuthor, insertCampaign, insertRecipient, randomPhone } from './support/ledger-rows.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const now = new Date('2026-11-29T10:00:00Z');
const hour = 3_600_000;
const sentAt = new Date('2026-11-29T09:00:00Z');
let tenant: OneRowPerTable;
let phone: string;

beforeEach(async () => {
  tenant = oneRowPerTable();
  phone = randomPhone();
  await within((trx) => insertRows(trx, tenant));
});

describe('a message from outside', () => {
  it('makes its author, opens their thread, and is told of', async () => {
    const taken = await take({ text: 'Ciao', from: { phone, userId: 'IT.1', name: 'Anna' } });
    expect(taken).toEqual({ isNew: true, answers: null });
    const author = await authorOf(phone);
    expect(author).toMatchObject({ external_id: 'IT.1', name: 'Anna', country: 'IT', last_inbound_at: sentAt });
    const [message] = await messagesOf(author.id);
    expect(message).toMatchObject({ direction: 'inbound', kind: 'text', text: 'Ciao', state: 'received', at: sentAt });
    const events = await eventsOf(message?.id ?? '');
    expect(events).toEqual([
      {
        kind: 'message.received',
        actor_kind: 'network',
        data: { authorId: author.id, threadId: message?.thread_id, kind: 'text' },
      },
    ]);
  });

  it('is kept once, however often and by however many it is told', async () => {
    const message = { providerId: `wamid.${randomUUID()}`, text: 'STOP' };
    const taken = await Promise.all([take(message), take(message), take(message)]);
    expect(taken.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await take(message)).toEqual({ isNew: false, answers: null });
    const author = await authorOf(phone);
    expect(await messagesOf(author.id)).toHaveLength(1);
    expect(await consentsOf(author.id)).toHaveLength(1);
  });

  it('goes to one thread with those before it, which never moves down', async () => {
    await take({ at: sentAt.getTime() + hour });
    await take({ at: sentAt.getTime() });
    const author = await authorOf(phone);
    const threads = await within((trx) =>
      trx.selectFrom('thread').select('last_message_at').where('author_id', '=', author.id).execute(),
    );
    expect(threads).toEqual([{ last_message_at: new Date(sentAt.getTime() + hour) }]);
    expect(author.last_inbound_at).toEqual(new Date(sentAt.getTime() + hour));
  });
});

describe('an answer', () => {
  it('counts for the message that it quotes, even when there is a newer campaign', async () => {
    const { authorId, older, newer } = await twoCampaigns();
    const { answers } = await take({ quotes: older.providerId, counts: 'click', kind: 'button' });
    expect(answers).toEqual({ campaignId: older.campaignId, id: older.id });
    expect(await ledgerOf(older.id)).toEqual({ replied_at: sentAt, clicked_at: sentAt, opted_out_at: null });
    expect(await ledgerOf(newer.id)).toEqual({ replied_at: null, clicked_at: null, opted_out_at: null });
    const [message] = await messagesOf(authorId);
    expect(message).toMatchObject({ campaign_id: older.campaignId, campaign_message_id: older.id });
  });

  it('that quotes nothing counts for the latest campaign', async () => {
    const { newer } = await twoCampaigns();
    expect((await take({})).answers).toEqual({ campaignId: newer.campaignId, id: newer.id });
    expect(await ledgerOf(newer.id)).toMatchObject({ replied_at: sentAt, clicked_at: null });
  });

  it('counts for none that is older than the tenant’s hours', async () => {
    await within((trx) => trx.updateTable('campaign_setting').set({ attribution_hours: 2 }).execute());
    const { newer } = await twoCampaigns();
    const late = newer.sentAt.getTime() + 2 * hour;
    expect((await take({ at: late })).answers).not.toBeNull();
    expect((await take({ at: late + 1 })).answers).toBeNull();
    await within((trx) => trx.deleteFrom('campaign_setting').execute());
    expect((await take({ at: newer.sentAt.getTime() + 72 * hour })).answers).not.toBeNull();
    expect((await take({ at: newer.sentAt.getTime() + 72 * hour + 1 })).answers).toBeNull();
  });

  it('to something else that we wrote counts for no campaign', async () => {
    const { authorId } = await twoCampaigns();
    await take({});
    const [first] = await messagesOf(authorId);
    const quoted = { ...tenant.message, id: randomUUID(), thread_id: first?.thread_id, direction: 'outbound' };
    await within((trx) =>
      trx
        .insertInto('message')
        .values({ ...quoted, state: 'sent', provider_message_id: 'wamid.ours' } as never)
        .execute(),
    );
    expect((await take({ quotes: 'wamid.ours' })).answers).toBeNull();
    expect((await take({ quotes: 'wamid.theirs' })).answers).not.toBeNull();
  });

  it('is one person’s, whose first time stays', async () => {
    const { newer } = await twoCampaigns();
    await take({ at: sentAt.getTime() + hour });
    await take({ at: sentAt.getTime() });
    await take({ at: sentAt.getTime() + 2 * hour });
    expect(await ledgerOf(newer.id)).toMatchObject({ replied_at: sentAt });
  });

  it('is no reaction and no notice of WhatsApp’s', async () => {
    const { newer } = await twoCampaigns();
    await take({ kind: 'reaction', counts: 'nothing', text: '👍', quotes: newer.providerId });
    await take({ kind: 'system', counts: 'nothing', text: 'changed' });
    expect(await ledgerOf(newer.id)).toMatchObject({ replied_at: null });
  });
});

describe('who wants no more', () => {
  it('says so by one word, and the campaign that made them learns of it', async () => {
    const { authorId, newer } = await twoCampaigns();
    await take({ text: ' Stop! ' });
    const [message] = await messagesOf(authorId);
    expect(await authorOf(phone)).toMatchObject({ consent: 'withdrawn', consent_at: sentAt });
    expect(await consentsOf(authorId)).toEqual([
      { consent: 'withdrawn', source: 'stop_word', evidence: message?.id, by_user: null, at: sentAt },
    ]);
    expect(await ledgerOf(newer.id)).toMatchObject({ replied_at: sentAt, opted_out_at: sentAt });
  });

  it('says so in the tenant’s language where theirs is not known', async () => {
    await within((trx) => trx.updateTable('tenant').set({ locale: 'it-CH' }).execute());
    await take({ text: 'Basta!' });
    expect(await authorOf(phone)).toMatchObject({ language: null, consent: 'withdrawn' });
  });

  it('may come back by another, and an older word that comes late is overtaken', async () => {
    await take({ text: 'START', at: sentAt.getTime() + hour });
    await take({ text: 'STOP', at: sentAt.getTime() });
    expect(await authorOf(phone)).toMatchObject({ consent: 'granted' });
    await take({ text: 'STOP', at: sentAt.getTime() + 2 * hour });
    expect(await authorOf(phone)).toMatchObject({ consent: 'withdrawn' });
  });

  it('is no one who only speaks of it', async () => {
    await take({ text: 'Non fate lo stop dei saldi' });
    expect(await authorOf(phone)).toMatchObject({ consent: 'unknown' });
  });

  it('may have said so in WhatsApp itself', async () => {
    const { authorId, newer } = await twoCampaigns();
    expect(await prefer(false)).toEqual({ campaignId: newer.campaignId, id: newer.id });
    expect(await prefer(false)).not.toBeNull();
    expect(await consentsOf(authorId)).toMatchObject([{ consent: 'withdrawn', source: 'user_preferences' }]);
    expect(await ledgerOf(newer.id)).toEqual({ replied_at: null, clicked_at: null, opted_out_at: sentAt });
    expect(await messagesOf(authorId)).toEqual([]);
    expect(await prefer(true, sentAt.getTime() + hour)).toBeNull();
    expect(await authorOf(phone)).toMatchObject({ consent: 'granted' });
  });
});

function take(changes: Partial<InboundMessage>) {
  const message: InboundMessage = {
    providerId: `wamid.${randomUUID()}`,
    at: sentAt.getTime(),
    from: { phone, userId: null, name: null },
    kind: 'text',
    text: 'Va bene',
    content: {},
    quotes: null,
    counts: 'answer',
    ...changes,
  };
  const where = { tenantId: tenant.tenant.id, connectionId: tenant.connection.id };
  return within((trx) => takeMessage(trx, { ...where, message, contacts: addressBook, now }));
}

function prefer(wants: boolean, at = sentAt.getTime()) {
  const preference = { from: { phone, userId: null, name: null }, at, wants };
  return within((trx) => takePreference(trx, { tenantId: tenant.tenant.id, preference, contacts: addressBook }));
}

/** The author who writes has been sent two campaigns, one an hour ago and one half an hour ago. */
async function twoCampaigns() {
  const minutesAgo = (minutes: number) => new Date(sentAt.getTime() - minutes * 60_000);
  return within(async (trx) => {
    const author_id = await insertAuthor(trx, tenant, { phone });
    const older = await insertRecipient(trx, tenant, { author_id, sent_at: minutesAgo(60) });
    const campaign_id = await insertCampaign(trx, tenant);
    const newer = await insertRecipient(trx, tenant, { author_id, campaign_id, sent_at: minutesAgo(30) });
    return { authorId: author_id, older, newer: { ...newer, sentAt: minutesAgo(30) } };
  });
}

const authorOf = (number: string) =>
  within((trx) => trx.selectFrom('author').selectAll().where('phone', '=', number).executeTakeFirstOrThrow());

const messagesOf = (authorId: AuthorId) =>
  within((trx) =>
    trx
      .selectFrom('message')
      .innerJoin('thread', 'thread.id', 'message.thread_id')
      .selectAll('message')
      .where('thread.author_id', '=', authorId)
      .execute(),
  );

const ledgerOf = (id: CampaignMessageId) =>
  within((trx) =>
    trx
      .selectFrom('campaign_message')
      .select(['replied_at', 'clicked_at', 'opted_out_at'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );

const consentsOf = (authorId: AuthorId) =>
  within((trx) =>
    trx
      .selectFrom('consent_change')
      .select(['consent', 'source', 'evidence', 'by_user', 'at'])
      .where('author_id', '=', authorId)
      .execute(),
  );

const eventsOf = (id: string) =>
  within((trx) => trx.selectFrom('event').select(['kind', 'actor_kind', 'data']).where('entity_id', '=', id).execute());

function within<T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
