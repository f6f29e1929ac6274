import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { TenantTransaction } from '../../src/db/tenant.ts';
import type { Consent } from '../../src/domain/author.ts';
import type { ConnectionId, ContactGroupId, TemplateId, TenantId, UserId } from '../../src/domain/ids.ts';
import type { TemplateCategory, TemplateContent, TemplateStatus } from '../../src/domain/template.ts';
import { newId } from '../../src/platform/new-id.ts';

const at = new Date('2026-11-01T08:00:00Z');

interface Crowd {
  readonly count: number;
  readonly consent?: Consent;
  readonly country?: string | null;
  readonly timeZone?: string | null;
  readonly blocked?: boolean;
  readonly network?: 'whatsapp' | 'telegram';
}

/** A group, and people who are in it: each with a number that nobody else has. */
export async function insertGroup(
  trx: TenantTransaction,
  { tenantId, by }: { tenantId: TenantId; by: UserId },
  crowds: readonly Crowd[],
): Promise<ContactGroupId> {
  const id = newId<ContactGroupId>();
  await trx
    .insertInto('contact_group')
    .values({ tenant_id: tenantId, id, name: id, kind: 'static', filter: null, created_by: by, created_at: at })
    .execute();
  for (const crowd of crowds) await insertPeople(trx, { tenantId, groupId: id }, crowd);
  return id;
}

/** People of one kind, in one statement, however many they are. */
export async function insertPeople(
  trx: TenantTransaction,
  { tenantId, groupId }: { tenantId: TenantId; groupId: ContactGroupId },
  { count, consent = 'granted', country = 'IT', timeZone = null, blocked = false, network = 'whatsapp' }: Crowd,
): Promise<void> {
  const { people } = await trx
    .selectFrom('author')
    .select(({ fn }) => fn.countAll<string>().as('people'))
    .executeTakeFirstOrThrow();
  await sql`
    with person as (
      insert into author (tenant_id, id, network, phone, country, time_zone, consent, blocked_at, created_at, updated_at)
      select ${tenantId}::uuid, uuidv7(), ${network}, '+39' || (300000000 + ${Number(people)}::integer + number),
             ${country}, ${timeZone}, ${consent}, ${blocked ? at : null}::timestamptz, ${at}, ${at}
      from generate_series(1, ${count}::integer) number
      returning id
    )
    insert into contact_group_author (tenant_id, group_id, author_id, added_at)
    select ${tenantId}::uuid, ${groupId}::uuid, id, ${at}::timestamptz from person`.execute(trx);
}

export const wabaId = '102290129340398';

/** A connected WhatsApp number, of the account that templates of tests belong to unless told otherwise. */
export async function insertNumber(
  trx: TenantTransaction,
  tenantId: TenantId,
  account: string = wabaId,
): Promise<ConnectionId> {
  const id = newId<ConnectionId>();
  await trx
    .insertInto('connection')
    .values({
      tenant_id: tenantId,
      id,
      network: 'whatsapp',
      external_id: randomUUID(),
      name: 'Negozio (+39 02 1234567)',
      state: 'connected',
      grant_kind: 'embedded_signup',
      details: JSON.stringify({ wabaId: account, phoneNumber: '+39 02 1234567' }),
      approval_policy_id: null,
      connected_at: at,
      connected_by: null,
      last_success_at: null,
      last_checked_at: null,
      last_error: null,
    })
    .execute();
  return id;
}

/** A template with one version, which the network has approved unless told otherwise. */
export async function insertTemplate(
  trx: TenantTransaction,
  { tenantId, by }: { tenantId: TenantId; by: UserId },
  {
    text = 'Buone feste!',
    category = 'marketing',
    status = 'approved',
    account = wabaId,
  }: { text?: string; category?: TemplateCategory; status?: TemplateStatus; account?: string } = {},
): Promise<TemplateId> {
  const id = newId<TemplateId>();
  const content: TemplateContent = {
    parameterFormat: 'named',
    header: null,
    body: { text, examples: {} },
    footer: null,
    buttons: [],
    cards: [],
  };
  await trx
    .insertInto('template')
    .values({
      tenant_id: tenantId,
      id,
      waba_id: account,
      name: `t_${id.replaceAll('-', '')}`,
      language: 'it',
      category,
      status,
      approved_version: status === 'approved' ? 1 : null,
      created_by: by,
      created_at: at,
    })
    .execute();
  await trx
    .insertInto('template_version')
    .values({
      tenant_id: tenantId,
      template_id: id,
      number: 1,
      content: JSON.stringify(content),
      created_by: by,
      created_at: at,
    })
    .execute();
  return id;
}
