import type { AdminProfileId, ConnectionId } from '../../src/domain/ids.ts';
import type { Network } from '../../src/domain/network.ts';
import { newId } from '../../src/platform/new-id.ts';
import { holdTokens } from './held-tokens.ts';
import type { TenantApi } from './tenant-api.ts';

/** A page of Meta's that this person granted, as if they had consented; no network knows it. */
export async function grantedBy(
  own: TenantApi,
  {
    person,
    network = 'facebook',
    details = {},
    connectedAt = new Date(),
  }: { person: string; network?: Network; details?: Readonly<Record<string, string>>; connectedAt?: Date },
): Promise<ConnectionId> {
  const { id: tenant_id } = own.tenant;
  const { db } = own.api.services;
  const kind = network === 'whatsapp' ? 'embedded_signup' : 'facebook_login';
  const holder = { network, kind, externalId: newId(), accessToken: 'a token', refreshToken: null } as const;
  const connectionId = await holdTokens(db, tenant_id, holder, own.api.config.masterKeys);
  const at = { first_granted_at: connectedAt, last_granted_at: connectedAt };
  const id = newId<AdminProfileId>();
  await own.inTenant(async (trx) => {
    await trx
      .insertInto('admin_profile')
      .values({ tenant_id, id, family: 'meta', external_id: person, name: 'Paolo Bianchi', ...at })
      .execute();
    await trx
      .updateTable('connection')
      .set({ admin_profile_id: id, connected_at: connectedAt, details: JSON.stringify(details) })
      .where('id', '=', connectionId)
      .execute();
  });
  return connectionId;
}

/** Who granted a page, as the tenant knows them. */
export function personIn(own: TenantApi, connectionId: ConnectionId | undefined) {
  return own.inTenant((trx) =>
    trx
      .selectFrom('admin_profile as profile')
      .innerJoin('connection', 'connection.admin_profile_id', 'profile.id')
      .select(['profile.name', 'profile.external_id'])
      .where('connection.id', '=', connectionId ?? newId<ConnectionId>())
      .executeTakeFirstOrThrow(),
  );
}
