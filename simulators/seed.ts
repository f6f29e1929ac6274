/**
 * The pages that exist on the simulated networks, and the tokens that act for them. The tokens are worth nothing
 * anywhere else: they are fixed so that a development system can be connected without a consent page.
 */
export interface SeedPage {
  readonly network: 'facebook' | 'instagram' | 'linkedin';
  /** The network's id of the page, account or organisation; also the token's id in the control API. */
  readonly externalId: string;
  readonly name: string;
  readonly username: string;
  readonly accessToken: string;
}

export interface SeedFacebookPage extends SeedPage {
  readonly network: 'facebook';
  /** The Instagram account that is linked to the page. */
  readonly instagramId: string | null;
}

export interface SeedInstagramAccount extends SeedPage {
  readonly network: 'instagram';
}

export interface SeedLinkedInOrganization extends SeedPage {
  readonly network: 'linkedin';
  readonly refreshToken: string;
}

/** A person who may connect all pages of their company: what a consent page asks for. */
export interface SeedPerson {
  readonly externalId: string;
  readonly name: string;
  readonly accessToken: string;
  /** The authorisation code that stands for this person's consent. */
  readonly code: string;
}

export interface SeedTenant {
  readonly slug: string;
  readonly name: string;
  /** The company's id in Meta's business manager. */
  readonly businessId: string;
  readonly facebook: readonly [SeedFacebookPage, ...SeedFacebookPage[]];
  readonly instagram: readonly [SeedInstagramAccount, ...SeedInstagramAccount[]];
  readonly linkedin: readonly [SeedLinkedInOrganization, ...SeedLinkedInOrganization[]];
  readonly metaPerson: SeedPerson;
  readonly linkedinPerson: SeedPerson & { readonly refreshToken: string };
}

/** The development app, as each network knows it. */
export const seedApp = {
  meta: { clientId: '700000000000001', clientSecret: 'dev-only-meta-app-secret', name: 'Chorally development' },
  instagram: { clientId: '700000000000002', clientSecret: 'dev-only-instagram-app-secret' },
  whatsapp: { configId: '700000000000003' },
  metaWebhooks: { verifyToken: 'dev-only-meta-verify-token' },
  linkedin: { clientId: '77devchorally01', clientSecret: 'dev-only-linkedin-app-secret' },
  x: {
    clientId: 'ZGV2LWNob3JhbGx5OjE6Y2k',
    clientSecret: 'dev-only-x-app-secret',
    consumerSecret: 'dev-only-x-consumer-secret',
    appToken: 'AAAA-dev-only-x-app-token',
  },
  google: {
    clientId: '700000000004-dev.apps.googleusercontent.com',
    clientSecret: 'dev-only-google-client-secret',
    mailTopic: 'projects/chorally-development/topics/gmail',
  },
  microsoft: { clientId: '70000000-0000-4000-8000-000000000005', clientSecret: 'dev-only-microsoft-client-secret' },
} as const;

const aurora: SeedTenant = {
  slug: 'aurora',
  name: 'Mercato Aurora',
  businessId: '130000000000001',
  facebook: [
    facebookPage('101000000000001', 'Mercato Aurora', 'mercatoaurora', '17841400000000101'),
    facebookPage('101000000000002', 'Mercato Aurora Milano', 'mercatoaurora.milano', '17841400000000102'),
    facebookPage('101000000000003', 'Mercato Aurora Torino', 'mercatoaurora.torino', null),
  ],
  instagram: [
    instagramAccount('17841400000000101', 'Mercato Aurora', 'mercatoaurora'),
    instagramAccount('17841400000000102', 'Mercato Aurora Milano', 'mercatoaurora.milano'),
  ],
  linkedin: [
    linkedinOrganization('10100001', 'Mercato Aurora', 'mercato-aurora'),
    linkedinOrganization('10100002', 'Mercato Aurora Lavora con noi', 'mercato-aurora-lavora-con-noi'),
  ],
  ...people('aurora', '1', 'Chiara Ferri'),
};

const lariana: SeedTenant = {
  slug: 'lariana',
  name: 'Banca Lariana',
  businessId: '130000000000002',
  facebook: [facebookPage('102000000000001', 'Banca Lariana', 'bancalariana', '17841400000000201')],
  instagram: [instagramAccount('17841400000000201', 'Banca Lariana', 'bancalariana')],
  linkedin: [linkedinOrganization('10200001', 'Banca Lariana', 'banca-lariana')],
  ...people('lariana', '2', 'Paolo Bianchi'),
};

const borgoverde: SeedTenant = {
  slug: 'borgoverde',
  name: 'Comune di Borgoverde',
  businessId: '130000000000003',
  facebook: [facebookPage('103000000000001', 'Comune di Borgoverde', 'comunediborgoverde', '17841400000000301')],
  instagram: [instagramAccount('17841400000000301', 'Comune di Borgoverde', 'comunediborgoverde')],
  linkedin: [linkedinOrganization('10300001', 'Comune di Borgoverde', 'comune-di-borgoverde')],
  ...people('borgoverde', '3', 'Lucia Conti'),
};

export const seedTenants = [aurora, lariana, borgoverde] as const;

function facebookPage(
  externalId: string,
  name: string,
  username: string,
  instagramId: string | null,
): SeedFacebookPage {
  return { network: 'facebook', externalId, name, username, accessToken: `EAAB-dev-page-${externalId}`, instagramId };
}

function instagramAccount(externalId: string, name: string, username: string): SeedInstagramAccount {
  return { network: 'instagram', externalId, name, username, accessToken: `IGAA-dev-account-${externalId}` };
}

function linkedinOrganization(externalId: string, name: string, username: string): SeedLinkedInOrganization {
  const accessToken = `AQX-dev-organization-${externalId}`;
  const refreshToken = `AQW-dev-refresh-${externalId}`;
  return { network: 'linkedin', externalId, name, username, accessToken, refreshToken };
}

function people(slug: string, number: string, name: string): Pick<SeedTenant, 'metaPerson' | 'linkedinPerson'> {
  return {
    metaPerson: {
      externalId: `12000000000000${number}`,
      name,
      accessToken: `EAAB-dev-person-${slug}`,
      code: `dev-code-meta-${slug}`,
    },
    linkedinPerson: {
      externalId: `dev${slug}${number}`,
      name,
      accessToken: `AQX-dev-person-${slug}`,
      refreshToken: `AQW-dev-refresh-person-${slug}`,
      code: `dev-code-linkedin-${slug}`,
    },
  };
}
