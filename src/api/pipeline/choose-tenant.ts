import type { TenantId, UserId } from '../../domain/ids.ts';
import type { VerifiedToken } from '../../platform/keycloak.ts';
import { refuseCommon } from '../common-problems.ts';
import { type ApiRequest, headerOf } from './request.ts';

/** A token's holder and the tenant it acts for; whether it still may is asked of the database. */
export interface Claimant {
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly tenantSlug: string;
  readonly operator: boolean;
}

const operatorRole = 'chorally_operator';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A token with one tenant acts for it; with several, `Chorally-Tenant` chooses. Throws 403 without any, 400 without
 * a choice, 404 for a tenant that is not in the token, whether it exists or not.
 */
export function chooseTenant(token: VerifiedToken, { headers }: ApiRequest): Claimant {
  const tenants = token.tenants.filter(({ id }) => uuid.test(id));
  const wanted = headerOf(headers, 'chorally-tenant');
  if (tenants.length === 0 || !uuid.test(token.subject)) throw refuseCommon('no_tenant');
  if (wanted === null && tenants.length > 1) {
    throw refuseCommon('tenant_required', { extensions: { tenants: tenants.map(({ slug }) => slug).toSorted() } });
  }
  const tenant = wanted === null ? tenants[0] : tenants.find(({ slug }) => slug === wanted);
  if (tenant === undefined) throw refuseCommon('unknown_tenant');
  return {
    userId: token.subject as UserId,
    tenantId: tenant.id as TenantId,
    tenantSlug: tenant.slug,
    operator: token.realmRoles.includes(operatorRole),
  };
}
