import {
  demoPassword,
  demoServiceAccounts,
  demoTenants,
  demoUsers,
  operatorRealmRole,
  type DemoServiceAccount,
  type DemoUser,
} from '../dev/demo-data.ts';

/**
 * The realm as Keycloak imports it. Development adds the demo organisations, users and service accounts, and lets the
 * console client exchange a password for a token.
 */
export function buildRealm(kind: 'development' | 'production') {
  const development = kind === 'development';
  return {
    realm: 'chorally',
    displayName: 'Chorally',
    enabled: true,
    organizationsEnabled: true,
    sslRequired: development ? 'none' : 'external',
    accessTokenLifespan: (development ? 30 : 5) * secondsPerMinute,
    bruteForceProtected: !development,
    internationalizationEnabled: true,
    supportedLocales: ['it', 'en'],
    defaultLocale: 'it',
    roles: { realm: [{ name: operatorRealmRole, description: 'Staff of the vendor, who may see the Temporal UI' }] },
    clients: [
      { clientId: 'chorally-api', name: 'Chorally API', enabled: true, bearerOnly: true },
      consoleClient(development),
      ...(development ? demoServiceAccounts.map(serviceClient) : []),
    ],
    users: development ? [...demoUsers.map(person), ...demoServiceAccounts.map(serviceUser)] : [],
    organizations: development ? demoTenants.map(organization) : [],
  };
}

const secondsPerMinute = 60;

/** Tokens are for the API, and say which tenants they may act for: `"tenants": { "<slug>": { "id": "<uuid>" } }`. */
const mappers = [
  {
    name: 'audience',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.client.audience': 'chorally-api', 'access.token.claim': 'true' },
  },
  {
    name: 'tenants',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-organization-membership-mapper',
    config: {
      'claim.name': 'tenants',
      'jsonType.label': 'JSON',
      multivalued: 'true',
      addOrganizationId: 'true',
      'access.token.claim': 'true',
    },
  },
];

const consoleClient = (development: boolean) => ({
  clientId: 'chorally-console',
  name: 'Chorally console',
  enabled: true,
  publicClient: true,
  standardFlowEnabled: true,
  directAccessGrantsEnabled: development,
  redirectUris: development ? ['http://localhost:3000/*'] : [],
  webOrigins: development ? ['http://localhost:3000'] : [],
  attributes: { 'pkce.code.challenge.method': 'S256' },
  defaultClientScopes: ['basic', 'profile', 'email', 'roles', 'web-origins', 'acr', 'organization'],
  optionalClientScopes: ['offline_access'],
  protocolMappers: mappers,
});

const serviceClient = ({ clientId, clientSecret }: DemoServiceAccount) => ({
  clientId,
  enabled: true,
  secret: clientSecret,
  serviceAccountsEnabled: true,
  standardFlowEnabled: false,
  defaultClientScopes: ['basic', 'roles', 'organization'],
  protocolMappers: mappers,
});

const person = ({ id, username, firstName, lastName, email, realmRoles }: DemoUser) => ({
  id,
  username,
  firstName,
  lastName,
  email,
  emailVerified: true,
  enabled: true,
  realmRoles: [...realmRoles],
  credentials: [{ type: 'password', value: demoPassword, temporary: false }],
});

const serviceUser = ({ id, clientId }: DemoServiceAccount) => ({
  id,
  username: `service-account-${clientId}`,
  enabled: true,
  serviceAccountClientId: clientId,
});

const organization = ({ id, slug, name, domain }: (typeof demoTenants)[number]) => ({
  id,
  name,
  alias: slug,
  enabled: true,
  domains: [{ name: domain, verified: true }],
  members: [
    ...demoUsers
      .filter(({ memberships }) => memberships.some(({ tenant }) => tenant === slug))
      .map(({ username }) => username),
    ...demoServiceAccounts.filter(({ tenant }) => tenant === slug).map(({ clientId }) => `service-account-${clientId}`),
  ].map((username) => ({ username, membershipType: 'UNMANAGED' })),
});
