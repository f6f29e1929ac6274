import { type Kysely, sql } from 'kysely';
import { tokenContext } from '../../src/db/connection-grant.ts';
import type { Database } from '../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { CampaignState, QuietHours } from '../../src/domain/campaign.ts';
import type { CampaignId, ConnectionId, TemplateId, TenantId, UserId } from '../../src/domain/ids.ts';
import type { TemplateCategory } from '../../src/domain/template.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal, type SealKey } from '../../src/platform/sealing.ts';

/** A campaign of a tenant of its own, whose audience stands in the ledger. */
export interface OwnCampaign {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
  readonly connectionId: ConnectionId;
  readonly templateId: TemplateId;
  readonly userId: UserId;
}

export interface CampaignFacts {
  readonly masterKeys: readonly SealKey[];
  readonly recipients: number;
  readonly number?: { readonly externalId: string; readonly wabaId: string; readonly accessToken: string };
  readonly state?: CampaignState;
  readonly category?: TemplateCategory;
  readonly ratePerS?: number | null;
  readonly quietHours?: QuietHours | null;
  /** A decimal in euro. */
  readonly costCap?: string | null;
  /** Somebody's tenant that is there already; otherwise the campaign gets one of its own. */
  readonly of?: { readonly tenantId: TenantId; readonly userId: UserId };
  /** The first digits of everybody's number, without the plus. */
  readonly prefix?: string;
}

const now = new Date('2026-11-01T08:00:00Z');

/** Inserts one: people who have agreed, with Italian numbers, and a template without variables. */
export async function ownCampaign(db: Kysely<Database>, facts: CampaignFacts): Promise<OwnCampaign> {
  const own: OwnCampaign = {
    tenantId: facts.of?.tenantId ?? newId(),
    campaignId: newId(),
    connectionId: newId(),
    templateId: newId(),
    userId: facts.of?.userId ?? newId(),
  };
  await withTenant(db, own.tenantId, async (trx) => {
    if (facts.of === undefined) await insertTenant(trx, own);
    await insertNumber(trx, own, facts);
    await insertCampaign(trx, own, facts);
    await insertAudience(trx, own, facts);
  });
  return own;
}

async function insertTenant(trx: TenantTransaction, { tenantId, userId }: OwnCampaign): Promise<void> {
  const tenant = { id: tenantId, slug: `t-${tenantId}`, name: 'Prova', locale: 'it', time_zone: 'Europe/Rome' };
  await trx
    .insertInto('tenant')
    .values({ ...tenant, created_at: now })
    .execute();
  await trx
    .insertInto('tenant_member')
    .values({
      tenant_id: tenantId,
      user_id: userId,
      kind: 'person',
      username: 'paolo',
      display_name: 'Paolo Rizzi',
      email: null,
      locale: null,
      time_zone: null,
      created_at: now,
    })
    .execute();
}

async function insertNumber(
  trx: TenantTransaction,
  { tenantId, connectionId }: OwnCampaign,
  { masterKeys, number }: CampaignFacts,
): Promise<void> {
  await trx
    .insertInto('connection')
    .values({
      tenant_id: tenantId,
      id: connectionId,
      network: 'whatsapp',
      external_id: number?.externalId ?? connectionId,
      name: 'Numero',
      state: 'connected',
      grant_kind: 'embedded_signup',
      details: JSON.stringify(number === undefined ? {} : { wabaId: number.wabaId }),
      connected_at: now,
    })
    .execute();
  const { newest } = await tenantKeys(trx, tenantId, masterKeys, now);
  const token = seal(newest, tokenContext({ tenantId, connectionId }), number?.accessToken ?? 'token');
  await trx
    .insertInto('connection_secret')
    .values({ tenant_id: tenantId, connection_id: connectionId, access_token: token })
    .execute();
}

async function insertCampaign(trx: TenantTransaction, own: OwnCampaign, facts: CampaignFacts): Promise<void> {
  const { tenantId: tenant_id, campaignId, templateId, connectionId, userId } = own;
  const made = { created_by: userId, created_at: now };
  const text = { text: 'Ciao! Da oggi i saldi.', examples: {} };
  const content = { parameterFormat: 'positional', header: null, body: text, footer: null, buttons: [], cards: [] };
  await trx
    .insertInto('template')
    .values({
      tenant_id,
      id: templateId,
      waba_id: facts.number?.wabaId ?? '1',
      name: facts.of === undefined ? 'saldi' : `saldi_${templateId.replaceAll('-', '')}`,
      language: 'it',
      category: facts.category ?? 'marketing',
      status: 'approved',
      approved_version: 1,
      ...made,
    })
    .execute();
  await trx
    .insertInto('template_version')
    .values({ tenant_id, template_id: templateId, number: 1, content: JSON.stringify(content), ...made })
    .execute();
  await trx
    .insertInto('campaign')
    .values({
      tenant_id,
      id: campaignId,
      name: 'Saldi',
      state: facts.state ?? 'running',
      rate_per_s: facts.ratePerS ?? null,
      cost_cap: facts.costCap ?? null,
      quiet_hours: facts.quietHours ? JSON.stringify(facts.quietHours) : null,
      frozen_at: now,
      recipients: facts.recipients,
      ...made,
    })
    .execute();
  await trx
    .insertInto('campaign_number')
    .values({ tenant_id, campaign_id: campaignId, connection_id: connectionId })
    .execute();
  await trx
    .insertInto('campaign_variant')
    .values({ tenant_id, campaign_id: campaignId, key: 'A', template_id: templateId, share: 1 })
    .execute();
}

async function insertAudience(
  trx: TenantTransaction,
  { tenantId, campaignId, connectionId }: OwnCampaign,
  { recipients, prefix = '3934' }: CampaignFacts,
): Promise<void> {
  await sql`
    insert into author (tenant_id, id, network, phone, name, country, consent, created_at, updated_at)
    select ${tenantId}::uuid, uuidv7(), 'whatsapp', '+' || ${prefix}::text || lpad(n::text, 8, '0'), 'Persona ' || n,
           'IT', 'granted', ${now}::timestamptz, ${now}::timestamptz
    from generate_series(1, ${recipients}::integer) n`.execute(trx);
  await sql`
    insert into campaign_message (tenant_id, campaign_id, id, author_id, connection_id, variant, state, due_at)
    select tenant_id, ${campaignId}::uuid, uuidv7(), id, ${connectionId}::uuid, 'A', 'queued', ${now}::timestamptz
    from author where tenant_id = ${tenantId}::uuid and phone like '+' || ${prefix}::text || '%' order by phone`.execute(
    trx,
  );
}

/** How many rows of the ledger are in each state. */
export async function ledgerCounts(db: Kysely<Database>, own: OwnCampaign): Promise<Record<string, number>> {
  const rows = await withTenant(db, own.tenantId, (trx) =>
    trx
      .selectFrom('campaign_message')
      .select((eb) => ['state', eb.fn.countAll<string>().as('count')])
      .where('campaign_id', '=', own.campaignId)
      .groupBy('state')
      .execute(),
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]));
}
