import { createHmac, randomUUID } from 'node:crypto';
import { seedApp } from '../../simulators/seed.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorId, ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal } from '../../src/platform/sealing.ts';
import type { CallAnswer, TestApi } from './api.ts';

/** A number of WhatsApp's that a tenant has connected, and how WhatsApp speaks of it. */
export interface WhatsappNumber {
  readonly connectionId: ConnectionId;
  /** WhatsApp's id of it. */
  readonly numberId: string;
  readonly wabaId: string;
}

/** Connects a number, one that nobody else has unless told otherwise; `token` null: it holds no access any more. */
export async function insertNumber(
  { services, config }: TestApi,
  tenantId: TenantId,
  {
    token = 'a token',
    numberId = `n-${randomUUID()}`,
    wabaId = `w-${randomUUID()}`,
  }: { token?: string | null; numberId?: string; wabaId?: string } = {},
): Promise<WhatsappNumber> {
  const connectionId = newId<ConnectionId>();
  const number = { connectionId, numberId, wabaId };
  const now = new Date();
  await withTenant(services.db, tenantId, async (trx) => {
    await trx
      .insertInto('connection')
      .values({
        tenant_id: tenantId,
        id: connectionId,
        network: 'whatsapp',
        external_id: number.numberId,
        name: 'Bar (+39 1)',
        state: token === null ? 'expired' : 'connected',
        grant_kind: 'embedded_signup',
        details: JSON.stringify({ wabaId: number.wabaId }),
        connected_at: now,
      })
      .execute();
    if (token === null) return;
    const { newest } = await tenantKeys(trx, tenantId, config.masterKeys, now);
    const access_token = seal(newest, tokenContext({ tenantId, connectionId }), token);
    const secret = { tenant_id: tenantId, connection_id: connectionId, access_token, refresh_token: null };
    await trx
      .insertInto('connection_secret')
      .values({ ...secret, expires_at: null })
      .execute();
  });
  return number;
}

/** Somebody whom the tenant knows by a number. */
export async function insertContact(
  { services }: TestApi,
  tenantId: TenantId,
  {
    phone,
    consent = 'unknown',
    blocked = false,
  }: { phone: string; consent?: 'unknown' | 'withdrawn'; blocked?: boolean },
): Promise<AuthorId> {
  const id = newId<AuthorId>();
  const now = new Date();
  await withTenant(services.db, tenantId, (trx) =>
    trx
      .insertInto('author')
      .values({
        tenant_id: tenantId,
        id,
        network: 'whatsapp',
        phone,
        consent,
        blocked_at: blocked ? now : null,
        created_at: now,
        updated_at: now,
      })
      .execute(),
  );
  return id;
}

/** Sends a change of WhatsApp's to the webhook, signed by the app unless told otherwise. */
export function tell(
  { call }: TestApi,
  { numberId, wabaId }: WhatsappNumber,
  parts: object,
  secret: string = seedApp.meta.clientSecret,
): Promise<CallAnswer> {
  const field = 'user_preferences' in parts ? 'user_preferences' : 'messages';
  const value = { messaging_product: 'whatsapp', metadata: { phone_number_id: numberId }, ...parts };
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: wabaId, changes: [{ field, value }] }],
  });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  return call('/webhooks/meta', { method: 'POST', as: null, body, headers });
}

/** A text as WhatsApp tells it, written now unless told otherwise. */
export function textFrom(phone: string, body: string, { at = Date.now(), id = `wamid.${randomUUID()}` } = {}) {
  const message = { from: phone.slice(1), id, timestamp: String(Math.floor(at / 1_000)), type: 'text', text: { body } };
  return { contacts: [{ profile: { name: 'Anna' }, wa_id: phone.slice(1) }], messages: [message] };
}

/** What became of a message, as WhatsApp tells it. */
export function statusOf(id: string, status: string, more: object = {}) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  return { statuses: [{ id, status, timestamp, recipient_id: '39', ...more }] };
}
