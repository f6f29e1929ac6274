import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { BulkAuthor } from '../../../src/db/author-bulk.ts';
import { type BulkContext, upsertAuthors } from '../../../src/db/author-bulk.ts';
import { insertContactGroup } from '../../../src/db/contact-group.ts';
import type { Database } from '../../../src/db/schema.ts';
import { withTenant } from '../../../src/db/tenant.ts';
import type { ContactFilter } from '../../../src/domain/contact-filter.ts';
import type { AuthorId, ContactGroupId } from '../../../src/domain/ids.ts';
import { newId } from '../../../src/platform/new-id.ts';
import type { FreshTenant } from '../../support/fresh-tenant.ts';

export const contactsAt = new Date('2026-12-01T08:00:00Z');

let number = 0;

/** A number that no other contact of the file has. */
export function aPhone(): string {
  number += 1;
  return `+39340${String(number).padStart(7, '0')}`;
}

/** One of many contacts, of whom only a number is known unless told otherwise. */
export function aContact(contact: Partial<BulkAuthor> = {}): BulkAuthor {
  return {
    phone: aPhone(),
    phoneCountry: 'IT',
    name: null,
    country: null,
    language: null,
    timeZone: null,
    attributes: {},
    tags: [],
    consent: null,
    ...contact,
  };
}

export const granted = { told: 'granted', evidence: 'Modulo' } as const;

/** Writes contacts as an import of Elena's, in a transaction of their own. */
export function writeContacts(
  db: Kysely<Database>,
  tenant: FreshTenant,
  rows: readonly BulkAuthor[],
  context: Partial<BulkContext> = {},
) {
  const usual = {
    tenantId: tenant.id,
    source: 'import',
    by: tenant.people.elena,
    groupId: null,
    now: contactsAt,
  } as const;
  return withTenant(db, tenant.id, (trx) => upsertAuthors(trx, { ...usual, ...context }, rows));
}

/** Writes one contact and returns its id. */
export async function oneContact(
  db: Kysely<Database>,
  tenant: FreshTenant,
  contact: Partial<BulkAuthor> = {},
  context: Partial<BulkContext> = {},
): Promise<AuthorId> {
  const [outcome] = await writeContacts(db, tenant, [aContact(contact)], context);
  if (outcome === undefined || outcome.kind === 'refused') throw new Error('the contact was refused');
  return outcome.id;
}

export async function aGroup(
  db: Kysely<Database>,
  tenant: FreshTenant,
  filter: ContactFilter | null = null,
): Promise<ContactGroupId> {
  const id = newId<ContactGroupId>();
  const group = { id, tenantId: tenant.id, name: randomUUID(), filter, by: tenant.people.elena, now: contactsAt };
  await withTenant(db, tenant.id, (trx) => insertContactGroup(trx, group));
  return id;
}
