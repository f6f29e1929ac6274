import { countryOfLocale } from '../platform/phone.ts';
import type { TenantTransaction } from './tenant.ts';
import { selectTenantLocale } from './tenant-read.ts';

/** Where the tenant's own numbers without a country code belong, by its locale. */
export async function selectDefaultCountry(trx: TenantTransaction): Promise<string | null> {
  return countryOfLocale(await selectTenantLocale(trx));
}
