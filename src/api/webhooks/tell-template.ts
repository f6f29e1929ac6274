import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { holdersOfAccount } from '../../db/template-account.ts';
import { applyTemplateNotice } from '../../db/template-news.ts';
import { withTenant } from '../../db/tenant.ts';
import type { TemplateNotice } from '../../domain/template-news.ts';

/** Writes news of a template down in every tenant that holds its account. Repeated or late news change nothing. */
export async function tellTemplate(db: Kysely<Database>, notice: TemplateNotice, now: Date): Promise<void> {
  for (const tenantId of await holdersOfAccount(db, notice.wabaId)) {
    await withTenant(db, tenantId, (trx) => applyTemplateNotice(trx, tenantId, { notice, now }));
  }
}
