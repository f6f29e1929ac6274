import { createHash } from 'node:crypto';

/** The people and organisations of the demo, on which the Keycloak realm, the database seed and the tests agree. */

export type BuiltInRole = 'tenant_admin' | 'editor' | 'reviewer' | 'agent' | 'supervisor' | 'viewer';

export type DemoTenant = Readonly<{ id: string; slug: string; name: string; domain: string }>;
export type DemoUser = Readonly<{
  id: string;
  username: string;
  firstName: string;
  lastName: string;
  email: string;
  /** Empty for somebody whom no customer has invited. */
  memberships: readonly Readonly<{ tenant: string; role: BuiltInRole }>[];
  realmRoles: readonly string[];
}>;
export type DemoServiceAccount = Readonly<{
  id: string;
  clientId: string;
  clientSecret: string;
  tenant: string;
  role: BuiltInRole;
}>;
export type DemoGroup = Readonly<{ id: string; tenant: string; name: string; members: readonly string[] }>;

/** One password for all demo users. It exists in development realms only. */
export const demoPassword = 'chorally-demo';

/** The realm role of the vendor's own staff, who may see the Temporal UI. */
export const operatorRealmRole = 'chorally_operator';

export const demoTenants: readonly DemoTenant[] = [
  { id: tenantId(1), slug: 'aurora', name: 'Mercato Aurora', domain: 'aurora.example' },
  { id: tenantId(2), slug: 'lariana', name: 'Banca Lariana', domain: 'lariana.example' },
  { id: tenantId(3), slug: 'borgoverde', name: 'Comune di Borgoverde', domain: 'borgoverde.example' },
];

const staff: Readonly<Record<string, readonly (readonly [firstName: string, lastName: string, role: BuiltInRole])[]>> =
  {
    aurora: [
      ['Giulia', 'Ferrari', 'tenant_admin'],
      ['Elena', 'Conti', 'editor'],
      ['Marco', 'Galli', 'reviewer'],
      ['Sara', 'Fontana', 'reviewer'],
      ['Luca', 'Moretti', 'agent'],
      ['Paolo', 'Rizzi', 'supervisor'],
      ['Irene', 'Leone', 'viewer'],
    ],
    lariana: [
      ['Federica', 'Bianchi', 'tenant_admin'],
      ['Davide', 'Colombo', 'editor'],
      ['Chiara', 'Marchetti', 'reviewer'],
      ['Matteo', 'Villa', 'reviewer'],
      ['Alessia', 'Greco', 'agent'],
      ['Roberto', 'Sala', 'supervisor'],
      ['Silvia', 'Monti', 'viewer'],
    ],
    borgoverde: [
      ['Antonio', 'Serra', 'tenant_admin'],
      ['Martina', 'Costa', 'editor'],
      ['Lorenzo', 'Vitale', 'reviewer'],
      ['Valentina', 'Bruno', 'reviewer'],
      ['Giorgio', 'Caruso', 'agent'],
      ['Laura', 'Ricci', 'supervisor'],
      ['Simone', 'Testa', 'viewer'],
    ],
  };

export const demoUsers: readonly DemoUser[] = [
  ...demoTenants.flatMap((tenant, tenantIndex) =>
    (staff[tenant.slug] ?? []).map(([firstName, lastName, role], index) => ({
      id: userId((tenantIndex + 1) * 100 + index + 1),
      username: `${firstName.toLowerCase()}.${tenant.slug}`,
      firstName,
      lastName,
      email: `${firstName.toLowerCase()}@${tenant.domain}`,
      memberships: [{ tenant: tenant.slug, role }],
      realmRoles: [],
    })),
  ),
  {
    id: userId(901),
    username: 'beatrice.ponti',
    firstName: 'Beatrice',
    lastName: 'Ponti',
    email: 'beatrice.ponti@agenzia.example',
    memberships: [
      { tenant: 'aurora', role: 'editor' },
      { tenant: 'borgoverde', role: 'viewer' },
    ],
    realmRoles: [],
  },
  {
    id: userId(902),
    username: 'olivia.operatrice',
    firstName: 'Olivia',
    lastName: 'Neri',
    email: 'olivia@chorally.example',
    memberships: demoTenants.map(({ slug }) => ({ tenant: slug, role: 'viewer' as const })),
    realmRoles: [operatorRealmRole],
  },
  {
    id: userId(903),
    username: 'carlo.ospite',
    firstName: 'Carlo',
    lastName: 'Ospite',
    email: 'carlo@ospite.example',
    memberships: [],
    realmRoles: [],
  },
];

export const demoServiceAccounts: readonly DemoServiceAccount[] = demoTenants.map(({ slug }, index) => ({
  id: userId((index + 1) * 100 + 90),
  clientId: `crm-${slug}`,
  clientSecret: `chorally-demo-crm-${slug}`,
  tenant: slug,
  role: 'editor',
}));

/** Two teams per tenant: those who write, and those who approve. */
export const demoGroups: readonly DemoGroup[] = demoTenants.flatMap(({ slug }, index) => [
  { id: groupId(index * 2 + 1), tenant: slug, name: 'Redazione', members: idsOf(slug, 'editor') },
  { id: groupId(index * 2 + 2), tenant: slug, name: 'Revisione', members: idsOf(slug, 'reviewer') },
]);

/** An id that stays the same over all seeds, for what has no id of its own here (roles, connections, policies). */
export function namedId(name: string): string {
  const hex = createHash('sha256').update(`chorally demo ${name}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** The demo tenant with this slug. Throws when there is none. */
export function demoTenant(slug: string): DemoTenant {
  const tenant = demoTenants.find((candidate) => candidate.slug === slug);
  if (tenant === undefined) throw new Error(`No demo tenant is called ${slug}`);
  return tenant;
}

/** The demo user with this name. Throws when there is none. */
export function demoUser(username: string): DemoUser {
  const user = demoUsers.find((candidate) => candidate.username === username);
  if (user === undefined) throw new Error(`No demo user is called ${username}`);
  return user;
}

function idsOf(tenant: string, role: BuiltInRole): string[] {
  return demoUsers
    .filter(({ memberships }) => memberships.some((member) => member.tenant === tenant && member.role === role))
    .map(({ id }) => id);
}

function tenantId(n: number): string {
  return `7e000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function userId(n: number): string {
  return `7a000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function groupId(n: number): string {
  return `7f000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
