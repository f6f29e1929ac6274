import { selectRights } from '../../db/member.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { Permission } from '../../domain/permission.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Caller } from '../route-context.ts';
import type { Claimant } from './choose-tenant.ts';

/**
 * The caller with what it may do now. Read in the transaction that uses it: whoever is removed or loses a role is
 * stopped at once, whatever the token says. Throws 403.
 */
export async function admitMember(
  trx: TenantTransaction,
  claimant: Claimant,
  permission: Permission | null,
): Promise<Caller> {
  const rights = await selectRights(trx, claimant.userId);
  if (rights === null || !rights.active) throw refuseCommon('not_a_member');
  const permissions = new Set(rights.permissions);
  if (permission !== null && !permissions.has(permission)) {
    throw refuseCommon('missing_permission', {
      detail: `This needs the permission ${permission}.`,
      extensions: { permission },
    });
  }
  return { ...claimant, permissions, locale: rights.locale, timeZone: rights.timeZone };
}
