import type { Kysely } from 'kysely';
import type { Database } from '../db/schema.ts';
import { claimSync, selectAccounts } from '../db/template-account.ts';
import { applyReading } from '../db/template-reading.ts';
import { withTenant } from '../db/tenant.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { NetworkTemplate } from '../domain/template-news.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logging.ts';

export interface TemplateSync {
  /** Which tenants there are. */
  tenants(): Promise<readonly TenantId[]>;
  /** As `chorally_app`, within one tenant at a time. */
  readonly db: Kysely<Database>;
  /** Every template of an account, as WhatsApp tells them; `null` where there is no token to ask with. */
  read(account: AccountToRead): Promise<readonly NetworkTemplate[] | null>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often an account is read although nothing has been heard of it. */
const syncEveryMs = 10 * 60_000;

export interface AccountToRead {
  readonly tenantId: TenantId;
  readonly wabaId: string;
  readonly connectionId: ConnectionId;
}

/** Reads the templates of every account that is due. Any number of processes may do so: each account is read by one. */
export async function syncDueTemplates(sync: TemplateSync): Promise<{ readonly accounts: number }> {
  let accounts = 0;
  for (const tenantId of await sync.tenants()) {
    for (const account of await withTenant(sync.db, tenantId, selectAccounts)) {
      if (await syncIfDue(sync, { tenantId, ...account })) accounts += 1;
    }
  }
  return { accounts };
}

async function syncIfDue(sync: TemplateSync, account: AccountToRead): Promise<boolean> {
  try {
    return await syncOne(sync, account);
  } catch (error) {
    // What a refused token means for the connection is found out by the looks that are due for it.
    const { wabaId, tenantId } = account;
    sync.log.warn({ err: error, tenantId, wabaId }, 'templates could not be read; they are read again in a while');
    return false;
  }
}

async function syncOne(sync: TemplateSync, account: AccountToRead): Promise<boolean> {
  const { db, clock } = sync;
  const { tenantId, wabaId } = account;
  const readAt = new Date(clock());
  const next = new Date(readAt.getTime() + syncEveryMs);
  const isMine = await withTenant(db, tenantId, (trx) => claimSync(trx, { tenantId, wabaId, now: readAt, next }));
  const templates = isMine ? await sync.read(account) : null;
  if (templates === null) return false;
  const reading = { tenantId, wabaId, templates, readAt, now: new Date(clock()) };
  await withTenant(db, tenantId, (trx) => applyReading(trx, reading));
  return true;
}
