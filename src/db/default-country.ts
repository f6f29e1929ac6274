import { countryOfLocale } from '../platform/phone.ts';
import type { TenantTransaction } from './tenant.ts';

/** Where the tenant's own numbers without a country code belong, by its locale. */
export async function selectDefaultCountry(trx: TenantTransaction): Promise<string | null> {
  const { locale } = await trx.selectFrom('tenant').select('locale').executeTakeFirstOrThrow();
  return countryOfLocale(locale);
}
