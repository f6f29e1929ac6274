import type { Kysely } from 'kysely';
import { readHeldConnection } from '../activities/held-page.ts';
import type { TemplateApi } from '../channels/whatsapp/template-api.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';
import type { TemplateSync } from '../relay/sync-templates.ts';

const timeoutMs = 60_000;

/** Lets the relay read the templates of an account with the token of one of its numbers. */
export function readTemplatesWith({
  db,
  api,
  masterKeys,
  clock,
}: {
  db: Kysely<Database>;
  api: TemplateApi;
  masterKeys: readonly SealKey[];
  clock: Clock;
}): TemplateSync['read'] {
  return async (account) => {
    const asked = { masterKeys, now: new Date(clock()) };
    const held = await withTenant(db, account.tenantId, (trx) => readHeldConnection(trx, account, asked));
    if (held === null || held.page === null) return null;
    const access = { wabaId: account.wabaId, accessToken: held.page.accessToken };
    return api.list(access, { signal: AbortSignal.timeout(timeoutMs) });
  };
}
