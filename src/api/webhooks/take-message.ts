import { type Attributed, attribute, type Effects, recordEffects, selectLatest } from '../../db/attribution.ts';
import { appendEvents } from '../../db/event.ts';
import { insertInbound, noteContact } from '../../db/message.ts';
import { openThread } from '../../db/thread.ts';
import { selectTenantLocale } from '../../db/tenant-read.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorId, ConnectionId, MessageId, TenantId } from '../../domain/ids.ts';
import type { InboundMessage, Person, PreferenceChange } from '../../domain/number-news.ts';

/** The address book, as far as people who write to us change it. */
export interface InboundContacts {
  /** The author that somebody at WhatsApp is, made if there is none; their row stays locked. */
  upsertAuthor(
    trx: TenantTransaction,
    inbound: { readonly tenantId: TenantId; readonly person: Person; readonly at: Date },
  ): Promise<{ readonly id: AuthorId; readonly language: string | null }>;
  /** Keeps what somebody wants, with its source and time; the latest word counts, in whatever order they come. */
  noteConsent(trx: TenantTransaction, change: ToldConsent): Promise<void>;
  /** What a whole message asks for by one word of these languages. */
  stopWordIn(text: string, languages: readonly (string | null)[]): 'stop' | 'start' | null;
}

export interface ToldConsent {
  readonly tenantId: TenantId;
  readonly authorId: AuthorId;
  readonly consent: 'granted' | 'withdrawn';
  readonly source: 'stop_word' | 'start_word' | 'user_preferences';
  /** The message that said so. */
  readonly evidence: string | null;
  readonly at: Date;
}

/** What became of a message from outside. */
export interface Taken {
  /** False: it was kept before, and nothing more was done. */
  readonly isNew: boolean;
  /** The campaign's message that it answers. */
  readonly answers: Attributed | null;
}

/** Keeps what somebody wrote on their thread, counts it for the campaign that it answers, and heeds STOP and START. */
export async function takeMessage(
  trx: TenantTransaction,
  {
    tenantId,
    connectionId,
    message,
    contacts,
    now,
  }: {
    tenantId: TenantId;
    connectionId: ConnectionId;
    message: InboundMessage;
    contacts: InboundContacts;
    now: Date;
  },
): Promise<Taken> {
  const at = new Date(message.at);
  const author = await contacts.upsertAuthor(trx, { tenantId, person: message.from, at });
  const threadId = await openThread(trx, { tenantId, authorId: author.id, connectionId, at, now });
  const answers =
    message.kind === 'system' ? null : await attribute(trx, { authorId: author.id, quotes: message.quotes, at });
  const messageId = await insertInbound(trx, { tenantId, threadId, message, answers });
  if (messageId === null) return { isNew: false, answers: null };

  if (message.counts !== 'nothing') await noteContact(trx, author.id, { at, inbound: true });
  // Who is written to in the tenant's language answers in it, whatever else they speak.
  const languages = [author.language, await selectTenantLocale(trx)];
  const wish = message.counts === 'nothing' ? null : contacts.stopWordIn(message.text, languages);
  if (wish !== null) {
    await contacts.noteConsent(trx, {
      tenantId,
      authorId: author.id,
      consent: wish === 'stop' ? 'withdrawn' : 'granted',
      source: wish === 'stop' ? 'stop_word' : 'start_word',
      evidence: messageId,
      at,
    });
  }
  const effects: Effects = {
    replied: message.counts !== 'nothing',
    clicked: message.counts === 'click',
    optedOut: wish === 'stop',
  };
  if (answers !== null) await recordEffects(trx, answers, { effects, at });
  await appendEvents(trx, [
    received({ tenantId, messageId, now }, { authorId: author.id, threadId, message, answers }),
  ]);
  return { isNew: true, answers };
}

function received(
  { tenantId, messageId, now }: { tenantId: TenantId; messageId: MessageId; now: Date },
  told: { authorId: AuthorId; threadId: string; message: InboundMessage; answers: Attributed | null },
) {
  return {
    tenantId,
    at: now,
    kind: 'message.received',
    entity: 'message',
    entityId: messageId,
    actor: { kind: 'network' },
    data: {
      authorId: told.authorId,
      threadId: told.threadId,
      kind: told.message.kind,
      ...(told.answers === null ? {} : { campaignId: told.answers.campaignId }),
    },
  } as const;
}

/** Heeds what somebody has decided on marketing in WhatsApp; returns the campaign's message that they left by. */
export async function takePreference(
  trx: TenantTransaction,
  { tenantId, preference, contacts }: { tenantId: TenantId; preference: PreferenceChange; contacts: InboundContacts },
): Promise<Attributed | null> {
  const at = new Date(preference.at);
  const author = await contacts.upsertAuthor(trx, { tenantId, person: preference.from, at });
  await contacts.noteConsent(trx, {
    tenantId,
    authorId: author.id,
    consent: preference.wants ? 'granted' : 'withdrawn',
    source: 'user_preferences',
    evidence: null,
    at,
  });
  if (preference.wants) return null;
  const left = await selectLatest(trx, author.id, at);
  if (left !== null)
    await recordEffects(trx, left, { effects: { replied: false, clicked: false, optedOut: true }, at });
  return left;
}
