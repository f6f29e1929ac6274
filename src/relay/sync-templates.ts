import type { Kysely } from 'kysely';
import { readHeldConnection } from '../activities/held-page.ts';
import { ChannelError } from '../channels/channel.ts';
import type { TemplateApi } from '../channels/whatsapp/template-api.ts';
import type { Database } from '../db/schema.ts';
import { claimSync, selectAccounts } from '../db/template-account.ts';
import { applyReading } from '../db/template-reading.ts';
import { withTenant } from '../db/tenant.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logging.ts';
import type { SealKey } from '../platform/sealing.ts';

export interface TemplateSync {
  /** Which tenants there are. */
  tenants(): Promise<readonly TenantId[]>;
  /** As `chorally_app`, within one tenant at a time. */
  readonly db: Kysely<Database>;
  readonly api: TemplateApi;
  readonly masterKeys: readonly SealKey[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often an account is read although nothing has been heard of it. */
export const syncEveryMs = 10 * 60_000;
const readTimeoutMs = 60_000;

interface Account {
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

async function syncIfDue(sync: TemplateSync, account: Account): Promise<boolean> {
  try {
    return await syncOne(sync, account);
  } catch (error) {
    // What a refused token means for the connection is found out by the looks that are due for it.
    const { wabaId, tenantId } = account;
    const level = error instanceof ChannelError ? 'info' : 'warn';
    sync.log[level]({ err: error, tenantId, wabaId }, 'templates could not be read; they are read again in a while');
    return false;
  }
}

async function syncOne({ db, api, masterKeys, clock }: TemplateSync, account: Account): Promise<boolean> {
  const { tenantId, wabaId } = account;
  const readAt = new Date(clock());
  const next = new Date(readAt.getTime() + syncEveryMs);
  const held = await withTenant(db, tenantId, async (trx) => {
    if (!(await claimSync(trx, { tenantId, wabaId, now: readAt, next }))) return null;
    return readHeldConnection(trx, account, { masterKeys, now: readAt });
  });
  if (held === null || held.page === null) return false;
  const access = { wabaId, accessToken: held.page.accessToken };
  const templates = await api.list(access, { signal: AbortSignal.timeout(readTimeoutMs) });
  const reading = { tenantId, wabaId, templates, readAt, now: new Date(clock()) };
  await withTenant(db, tenantId, (trx) => applyReading(trx, reading));
  return true;
}
