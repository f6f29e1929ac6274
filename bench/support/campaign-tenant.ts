import { setTimeout as pause } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { Complaint } from '../../dev/complaint.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { logIn, type Person } from '../../dev/demo/api-client.ts';
import type { Environment } from '../../dev/environment-file.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { CampaignState, PauseReason } from '../../src/domain/campaign.ts';
import type { CampaignId, ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal, type SealKey } from '../../src/platform/sealing.ts';
import { succeed } from './system.ts';

/** A tenant of the demo that can send campaigns. */
export interface CampaignTenant {
  readonly tenantId: TenantId;
  readonly admin: Person;
  readonly connectionId: ConnectionId;
  readonly templateId: string;
  /** As WhatsApp knows it. */
  readonly templateName: string;
  readonly phoneId: string;
  readonly accessToken: string;
}

const admins = { aurora: 'giulia.aurora', lariana: 'federica.lariana' } as const;

interface Making {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly environment: Environment;
}

/** Connects the tenant's number, and has a template approved and reviews of campaigns left out. */
export async function campaignTenant(
  { db, masterKeys, environment }: Making,
  slug: keyof typeof admins,
): Promise<CampaignTenant> {
  const business = whatsappBusinesses.find(({ tenant }) => tenant.slug === slug);
  const account = business?.wabas[0];
  const number = account?.numbers[0];
  if (business === undefined || account === undefined || number === undefined) {
    throw new Complaint(`${slug} has no number at WhatsApp.`);
  }
  const tenantId = demoTenant(slug).id as TenantId;
  const { accessToken } = business;
  const connectionId = await insertNumber(
    { db, masterKeys },
    { tenantId, externalId: number.id, wabaId: account.id, accessToken },
  );
  const admin = await logIn(environment, admins[slug], slug);
  const settings = { monthlyQuota: null, attributionHours: 72 };
  await succeed(admin.put('/v1/campaign-settings', { body: settings }));
  const template = await approvedTemplate(admin, connectionId);
  return { tenantId, admin, connectionId, ...template, phoneId: number.id, accessToken };
}

async function insertNumber(
  { db, masterKeys }: Pick<Making, 'db' | 'masterKeys'>,
  number: { tenantId: TenantId; externalId: string; wabaId: string; accessToken: string },
): Promise<ConnectionId> {
  const { tenantId, externalId, wabaId, accessToken } = number;
  const connectionId = newId<ConnectionId>();
  const now = new Date();
  return withTenant(db, tenantId, async (trx) => {
    const known = await trx
      .selectFrom('connection')
      .select('id')
      .where('external_id', '=', externalId)
      .executeTakeFirst();
    if (known !== undefined) return known.id;
    await trx
      .insertInto('connection')
      .values({
        tenant_id: tenantId,
        id: connectionId,
        network: 'whatsapp',
        external_id: externalId,
        name: 'Numero della misura',
        state: 'connected',
        grant_kind: 'embedded_signup',
        details: JSON.stringify({ wabaId }),
        connected_at: now,
      })
      .execute();
    const { newest } = await tenantKeys(trx, tenantId, masterKeys, now);
    const access_token = seal(newest, tokenContext({ tenantId, connectionId }), accessToken);
    await trx
      .insertInto('connection_secret')
      .values({ tenant_id: tenantId, connection_id: connectionId, access_token })
      .execute();
    return connectionId;
  });
}

async function approvedTemplate(admin: Person, connectionId: string) {
  const name = `saldi_${Date.now()}`;
  const content = {
    parameterFormat: 'named',
    header: null,
    body: { text: 'Ciao {{first_name}}, da oggi in negozio ci sono i saldi.', examples: { first_name: 'Elena' } },
    footer: 'Rispondi STOP per non ricevere altro',
    buttons: [],
    cards: [],
  };
  const body = { connectionId, name, language: 'it', category: 'marketing', content };
  const drafted = await admin.post('/v1/templates', { body });
  const { id } = await succeed(Promise.resolve(drafted));
  await succeed(admin.post(`/v1/templates/${String(id)}/submit`, { ifMatch: drafted.etag }));
  for (let looks = 0; looks < 60; looks += 1) {
    await succeed(admin.post('/v1/templates/sync', { body: { connectionId } }));
    const { status } = await succeed(admin.get(`/v1/templates/${String(id)}`));
    if (status === 'approved') return { templateId: String(id), templateName: name };
    await pause(1_000);
  }
  throw new Complaint('WhatsApp has not approved the template.');
}

/** A list of `count` people who have agreed, each with a number that starts with `prefix`. Straight to the tables. */
export async function insertPeople(
  db: Kysely<Database>,
  { tenantId, admin }: CampaignTenant,
  { count, prefix }: { count: number; prefix: string },
): Promise<string> {
  const { id } = await succeed(admin.post('/v1/contact-groups', { body: { name: `Lista ${prefix} (${count})` } }));
  const groupId = String(id);
  for (let from = 0; from < count; from += peopleAtOnce) {
    const to = Math.min(count, from + peopleAtOnce);
    await withTenant(db, tenantId, (trx) =>
      sql`
        with person as (
          insert into author (tenant_id, id, network, phone, name, country, consent, created_at, updated_at)
          select ${tenantId}::uuid, uuidv7(), 'whatsapp', '+' || ${prefix}::text || lpad(n::text, 7, '0'),
                 'Persona ' || n, 'IT', 'granted', now(), now()
          from generate_series(${from + 1}::integer, ${to}::integer) n
          returning id
        )
        insert into contact_group_author (tenant_id, group_id, author_id, added_at)
        select ${tenantId}::uuid, ${groupId}::uuid, id, now() from person`.execute(trx),
    );
  }
  return groupId;
}

const peopleAtOnce = 50_000;

/** Drafts and schedules a campaign that begins at once. */
export async function begin(tenant: CampaignTenant, groupId: string, ratePerS: number | null = null) {
  const { admin, connectionId, templateId } = tenant;
  const variables = { 'body.first_name': { from: 'name', default: 'cliente' } };
  const drafted = {
    name: `Misura ${new Date().toISOString()}`,
    groupIds: [groupId],
    connectionIds: [connectionId],
    variants: [{ key: 'A', templateId, variables }],
    ratePerS,
  };
  const { id } = await succeed(admin.post('/v1/campaigns', { body: drafted }));
  const beganAt = Date.now();
  await succeed(admin.post(`/v1/campaigns/${String(id)}/schedule`));
  return { campaignId: String(id) as CampaignId, beganAt };
}

/** Waits until a campaign has ended or been stopped. Throws where it was paused. */
export async function finished(db: Kysely<Database>, { tenantId }: CampaignTenant, campaignId: CampaignId) {
  for (;;) {
    const { state, pause_reason: reason } = await standing(db, tenantId, campaignId);
    if (reason !== null) throw new Complaint(`The campaign has been paused: ${reason}.`);
    if (state === 'finished' || state === 'cancelled') return;
    await pause(200);
  }
}

function standing(
  db: Kysely<Database>,
  tenantId: TenantId,
  campaignId: CampaignId,
): Promise<{ state: CampaignState; pause_reason: PauseReason | null }> {
  return withTenant(db, tenantId, (trx) =>
    trx.selectFrom('campaign').select(['state', 'pause_reason']).where('id', '=', campaignId).executeTakeFirstOrThrow(),
  );
}
