import { upsertInboundAuthor } from '../../db/author.ts';
import { noteConsent } from '../../db/consent.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { stopWordIn } from '../../domain/stop-words.ts';
import type { AuthorId } from '../../domain/ids.ts';
import { readPhone } from '../../platform/phone.ts';
import type { InboundContacts } from './take-message.ts';

/** The tenant's own address book. */
export const addressBook: InboundContacts = {
  async upsertAuthor(trx, { tenantId, person, at }) {
    const { phone, country } = numberOf(person.phone);
    const { userId: externalId, name } = person;
    const inbound = { tenantId, network: 'whatsapp', externalId, phone, country, name: name ?? '', at } as const;
    const { id } = await upsertInboundAuthor(trx, inbound);
    const { language } = await selectAuthor(trx, id);
    return { id, language };
  },
  async noteConsent(trx, told) {
    const { consent_at: known } = await selectAuthor(trx, told.authorId);
    // WhatsApp repeats for days what it could not deliver: a word that was overtaken by a later one counts no more.
    if (known !== null && known > told.at) return;
    await noteConsent(trx, { ...told, by: null });
  },
  stopWordIn,
};

/** As the address book spells it; a number that nobody can call is kept as WhatsApp told it. */
function numberOf(phone: string | null): { phone: string | null; country: string | null } {
  if (phone === null) return { phone: null, country: null };
  const read = readPhone(phone, null);
  return read.kind === 'number' ? read : { phone, country: null };
}

function selectAuthor(trx: TenantTransaction, id: AuthorId) {
  return trx.selectFrom('author').select(['language', 'consent_at']).where('id', '=', id).executeTakeFirstOrThrow();
}
