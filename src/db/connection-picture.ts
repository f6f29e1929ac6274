import type { ConnectionId, Sha256 } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** Says which stored file is the picture of a page; the one before is left to the sweep. */
export async function setPicture(trx: TenantTransaction, id: ConnectionId, sha256: Sha256): Promise<void> {
  await trx.updateTable('connection').set({ picture_sha256: sha256 }).where('id', '=', id).execute();
}
