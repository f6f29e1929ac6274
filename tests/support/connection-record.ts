import { tokenContext } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { unseal } from '../../src/platform/sealing.ts';
import type { TenantApi } from './tenant-api.ts';

/** All that the database holds of one connection, its tokens opened. */
export function recordOf(own: TenantApi, connectionId: ConnectionId) {
  const tenantId = own.tenant.id;
  return own.inTenant(async (trx) => {
    const row = await trx.selectFrom('connection').selectAll().where('id', '=', connectionId).executeTakeFirstOrThrow();
    const secret = await trx
      .selectFrom('connection_secret')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .executeTakeFirstOrThrow();
    const { newest } = await tenantKeys(trx, tenantId, own.api.config.masterKeys, new Date());
    const open = (column: 'access_token' | 'refresh_token'): string | null => {
      const sealed = secret[column];
      return sealed === null ? null : unseal(newest, tokenContext({ tenantId, connectionId }, column), sealed);
    };
    const duties = await trx
      .selectFrom('connection_duty')
      .select(['kind', 'due_at'])
      .where('connection_id', '=', connectionId)
      .orderBy('kind')
      .execute();
    const messages = await trx.selectFrom('process_outbox').select(['workflow_id', 'message']).orderBy('id').execute();
    return {
      row,
      tokenVersion: secret.token_version,
      accessToken: open('access_token'),
      refreshToken: open('refresh_token'),
      /** Epoch milliseconds by kind. */
      duties: Object.fromEntries(duties.map(({ kind, due_at }) => [kind, due_at.getTime()])),
      events: await eventsOf(trx, connectionId),
      told: messages.filter(({ workflow_id, message }) => {
        const released = message.kind === 'connection_repaired' && message.connectionId === connectionId;
        return released || workflow_id.endsWith(`connection/${connectionId}`);
      }),
    };
  });
}

/** What happened to an entity, oldest first. */
export async function eventsOf(
  trx: Parameters<Parameters<TenantApi['inTenant']>[0]>[0],
  id: string,
): Promise<string[]> {
  const rows = await trx.selectFrom('event').select('kind').where('entity_id', '=', id).orderBy('position').execute();
  return rows.map(({ kind }) => kind);
}
