import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { RoleId, TenantId, UserId } from '../../src/domain/ids.ts';
import { type BuiltInRoleKey, builtInRoles } from '../../src/domain/permission.ts';
import { TokenRejected, type TokenVerifier } from '../../src/platform/keycloak.ts';

export interface OwnTenant {
  readonly tenantId: TenantId;
  readonly slug: string;
  readonly users: Readonly<Record<BuiltInRoleKey, UserId>>;
  /** A token that only `ownTokens` believes. */
  token(role: BuiltInRoleKey): string;
}

/** A tenant of a test's own, with one member per built-in role, so that tests that run at once do not meet. */
export async function createOwnTenant(db: Kysely<Database>): Promise<OwnTenant> {
  const tenantId = randomUUID() as TenantId;
  const slug = `t-${randomBytes(6).toString('hex')}`;
  const keys = Object.keys(builtInRoles) as BuiltInRoleKey[];
  const users = Object.fromEntries(keys.map((key) => [key, randomUUID()])) as Record<BuiltInRoleKey, UserId>;
  const now = new Date();
  await withTenant(db, tenantId, async (trx) => {
    const tenant = { id: tenantId, slug, name: slug, locale: 'it', time_zone: 'Europe/Rome', created_at: now };
    await trx.insertInto('tenant').values(tenant).execute();
    for (const key of keys) {
      const [roleId, userId] = [randomUUID() as RoleId, users[key]];
      const ids = { tenant_id: tenantId, role_id: roleId };
      const role = { tenant_id: tenantId, id: roleId, key, name: builtInRoles[key].name, built_in: true };
      await trx.insertInto('role').values(role).execute();
      const granted = builtInRoles[key].permissions.map((permission) => ({ ...ids, permission }));
      await trx.insertInto('role_permission').values(granted).execute();
      await trx
        .insertInto('tenant_member')
        .values(member(tenantId, userId, { name: key, now }))
        .execute();
      await trx
        .insertInto('member_role')
        .values({ ...ids, user_id: userId })
        .execute();
    }
  });
  const token = (role: BuiltInRoleKey) => testToken(users[role], [{ slug, id: tenantId }]);
  return { tenantId, slug, users, token };
}

function member(tenantId: TenantId, userId: UserId, { name, now }: { name: string; now: Date }) {
  return {
    tenant_id: tenantId,
    user_id: userId,
    kind: 'person' as const,
    username: name,
    display_name: name,
    email: null,
    locale: null,
    time_zone: null,
    created_at: now,
  };
}

export function testToken(subject: string, tenants: readonly { slug: string; id: string }[]): string {
  return Buffer.from(JSON.stringify({ subject, tenants })).toString('base64url');
}

/** Believes whatever a test token says; for tests that are not about authentication. */
export const ownTokens: TokenVerifier = {
  verify: async (token) => {
    try {
      const said = JSON.parse(Buffer.from(token, 'base64url').toString()) as Pick<
        Awaited<ReturnType<TokenVerifier['verify']>>,
        'subject' | 'tenants'
      >;
      return { ...said, realmRoles: [], expiresAt: Number.POSITIVE_INFINITY };
    } catch {
      throw new TokenRejected('This is no test token.');
    }
  },
  checkKeys: () => Promise.resolve(),
};
