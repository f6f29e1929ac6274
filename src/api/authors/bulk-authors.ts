import { z } from 'zod';
import { type BulkAuthor, type BulkOutcome, upsertAuthors } from '../../db/author-bulk.ts';
import { selectContactGroup } from '../../db/contact-group.ts';
import { selectDefaultCountry } from '../../db/default-country.ts';
import type { AuthorId, ContactGroupId } from '../../domain/ids.ts';
import { readPhone } from '../../platform/phone.ts';
import { groupProblem } from '../contact-groups/group-problems.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import {
  attributes,
  authorName,
  country,
  evidence,
  language,
  phoneText,
  tags,
  timeZone,
  toldConsent,
} from './author-schemas.ts';
import { recordChanges } from './record-change.ts';

const maxContacts = 1_000;

const contact = z.strictObject({
  phone: phoneText,
  name: authorName.nullable().default(null),
  country: country.nullable().default(null),
  language: language.nullable().default(null),
  timeZone: timeZone.nullable().default(null),
  attributes: attributes.default({}),
  tags: tags.default([]),
  consent: z
    .strictObject({ told: toldConsent, evidence: evidence.nullable().default(null) })
    .nullable()
    .default(null)
    .meta({ description: 'What they have agreed to; null: nothing is said of it.' }),
});

const outcome = z.object({
  outcome: z.enum(['created', 'updated', 'unchanged', 'refused']),
  authorId: z.string().nullable().meta({ description: 'The contact; null where the row was refused.' }),
  reason: z.string().nullable().meta({
    description:
      'Why a row was refused: `phone_…` with what is wrong with the number, or `consent_withdrawn` for somebody who has opted out, whom a list cannot bring back.',
    example: 'phone_not_in_use',
  }),
});

export const bulkAuthors = defineRoute({
  method: 'post',
  path: '/v1/authors/bulk',
  tag: 'Contacts',
  summary: 'Create or update many contacts',
  description: `Up to ${maxContacts} contacts, each found by its number or made. Custom fields and tags are added to those that are there; what is null leaves what is known. Each row has its own outcome, in the order of the rows: a bad one does not keep the others out. Sent again it changes nothing.`,
  permission: 'contact.write',
  body: z.strictObject({
    contacts: z.array(contact).min(1).max(maxContacts).meta({ description: 'The contacts, in any order.' }),
    groupId: id<ContactGroupId>('A list that all of them join.').nullable().default(null),
  }),
  answer: {
    status: 200,
    schema: z.object({
      outcomes: z.array(outcome),
      created: z.int(),
      updated: z.int(),
      unchanged: z.int(),
      refused: z.int(),
    }),
    description: 'What came of each row.',
  },
  refusals: {},
  audit: 'author.changed',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid } = ctx;
    const wrong = body.groupId === null ? null : groupProblem(await selectContactGroup(trx, body.groupId));
    if (wrong !== null) throw invalid([{ pointer: '/groupId', ...wrong }]);
    const defaultCountry = await selectDefaultCountry(trx);
    const readings = body.contacts.map((given) => readContact(given, defaultCountry));
    const contacts = readings.flatMap((reading) => (reading.kind === 'contact' ? [reading.contact] : []));
    const { tenantId, userId } = caller;
    const context = { tenantId, source: 'api', by: userId, groupId: body.groupId, now } as const;
    const written = [...(await upsertAuthors(trx, context, contacts))];
    const outcomes = readings.map((reading) => (reading.kind === 'refused' ? reading : written.shift()));
    const told = outcomes.map((each) => present(each));
    await recordChanges(ctx, outcomes.flatMap(changesOf));
    const count = (kind: BulkOutcome['kind']): number => told.filter((each) => each.outcome === kind).length;
    return answer({
      outcomes: told,
      created: count('created'),
      updated: count('updated'),
      unchanged: count('unchanged'),
      refused: count('refused'),
    });
  },
});

type Refused = { readonly kind: 'refused'; readonly reason: string };
type Outcome = Exclude<BulkOutcome, { kind: 'refused' }> | Refused;

function readContact(
  given: z.output<typeof contact>,
  defaultCountry: string | null,
): Refused | { readonly kind: 'contact'; readonly contact: BulkAuthor } {
  const read = readPhone(given.phone, given.country ?? defaultCountry);
  if (read.kind === 'fault') return { kind: 'refused', reason: `phone_${read.fault}` };
  const name = given.name === '' ? null : given.name;
  return { kind: 'contact', contact: { ...given, name, phone: read.phone, phoneCountry: read.country } };
}

function present(outcome: Outcome | undefined) {
  if (outcome === undefined) throw new Error('a contact has come to nothing');
  return outcome.kind === 'refused'
    ? { outcome: outcome.kind, authorId: null, reason: outcome.reason }
    : { outcome: outcome.kind, authorId: outcome.id, reason: null };
}

function changesOf(
  outcome: Outcome | undefined,
): readonly { kind: 'author.created' | 'author.changed'; id: AuthorId }[] {
  if (outcome?.kind === 'created') return [{ kind: 'author.created', id: outcome.id }];
  return outcome?.kind === 'updated' ? [{ kind: 'author.changed', id: outcome.id }] : [];
}
