import type { SeededToken } from '../kernel/tokens.ts';

/** An identity that can consent: a person, or the Brand Account of a channel. */
export interface SeedIdentity {
  readonly sub: string;
  readonly name: string;
  readonly company: string;
  readonly email: string;
  /** The domain of the company's Google Workspace; `null` for an account at gmail.com. */
  readonly hostedDomain: string | null;
  /** Whether it has a mailbox at Gmail. */
  readonly mailbox: boolean;
  /** It stands for a channel and is offered only where a channel is asked for. */
  readonly brand: boolean;
  readonly accessToken: string;
}

export interface SeedChannel {
  readonly id: string;
  readonly title: string;
  readonly handle: string;
  readonly owner: string;
  /** Whether it has a public identity, without which it takes no uploads. */
  readonly linked: boolean;
}

export interface SeedLocation {
  readonly id: string;
  readonly title: string;
  readonly street: string;
  readonly city: string;
  /** Whether Google believes that it is the company's. */
  readonly verified: boolean;
}

/** A group of locations, or a person's own. */
export interface SeedBusinessAccount {
  readonly id: string;
  readonly name: string;
  readonly type: 'PERSONAL' | 'LOCATION_GROUP';
  readonly members: readonly string[];
  readonly locations: readonly string[];
}

/** An app on Google Play, and whoever may see its reviews. */
export interface SeedApplication {
  readonly packageName: string;
  readonly members: readonly string[];
}

export const googlePeople = {
  chiara: person('101000000000000000001', 'Chiara Ferri', 'Mercato Aurora', 'chiara.ferri@mercatoaurora.example'),
  paolo: person('102000000000000000001', 'Paolo Bianchi', 'Banca Lariana', 'paolo.bianchi@bancalariana.example'),
  lucia: person('103000000000000000001', 'Lucia Conti', 'Comune di Borgoverde', 'lucia.conti@borgoverde.example'),
  /** A small shop's mailbox at gmail.com, and nothing else. */
  bottega: {
    ...person('101000000000000000002', 'Bottega Aurora', 'Mercato Aurora', 'bottega.aurora@gmail.com'),
    hostedDomain: null,
  },
  /** The channel of the bank, which its people manage. */
  laboratorio: {
    ...person('102000000000000000009', 'Lariana Lab', 'Banca Lariana', 'lariana-lab-9@pages.plusgoogle.com'),
    hostedDomain: null,
    mailbox: false,
    brand: true,
  },
} as const satisfies Record<string, SeedIdentity>;

export const identities: readonly SeedIdentity[] = Object.values(googlePeople);

const { chiara, paolo, lucia, laboratorio } = googlePeople;

export const channels: readonly SeedChannel[] = [
  channel('UCaurora000000000000001', 'Mercato Aurora', 'mercatoaurora', chiara.sub),
  channel('UClariana00000000000001', 'Banca Lariana', 'bancalariana', paolo.sub),
  channel('UClariana00000000000009', 'Lariana Lab', 'larianalab', laboratorio.sub),
  { ...channel('UCborgoverde00000000001', 'Comune di Borgoverde', 'borgoverde', lucia.sub), linked: false },
];

/** More shops than fit on one sheet of Google's, and one that waits for its postcard. */
export const locations: readonly SeedLocation[] = [
  ...Array.from({ length: 104 }, (_, index) => ({
    id: String(1_010_000_000_000_001 + index),
    title: 'Mercato Aurora',
    street: `Via Roma ${index + 1}`,
    city: index % 2 === 0 ? 'Milano' : 'Torino',
    verified: index !== 1,
  })),
  location('1020000000000001', 'Banca Lariana', 'Piazza Cavour 3', 'Como'),
  location('1030000000000001', 'Comune di Borgoverde', 'Piazza del Municipio 1', 'Borgoverde'),
];

export const businessAccounts: readonly SeedBusinessAccount[] = [
  businessAccount('101000000000000000001', 'Chiara Ferri', 'PERSONAL', chiara.sub, ['1010000000000001']),
  businessAccount(
    '101000000000000000010',
    'Mercato Aurora',
    'LOCATION_GROUP',
    chiara.sub,
    locations.filter(({ title }) => title === 'Mercato Aurora').map(({ id }) => id),
  ),
  businessAccount('102000000000000000010', 'Banca Lariana', 'LOCATION_GROUP', paolo.sub, ['1020000000000001']),
  businessAccount('103000000000000000010', 'Borgoverde', 'LOCATION_GROUP', lucia.sub, ['1030000000000001']),
];

/** The company's robot, with the key that the console would have let them download. Worth nothing anywhere else. */
export const serviceAccount = {
  clientId: '101000000000000000077',
  clientEmail: 'recensioni@mercato-aurora-dev.iam.gserviceaccount.com',
  keyId: 'c4a760a8b1f14f2f9a3d5e7b8c6d4e2f1a0b9c8d',
  accessToken: 'ya29.dev-robot-aurora',
} as const;

export const applications: readonly SeedApplication[] = [
  { packageName: 'it.mercatoaurora.app', members: [chiara.sub, serviceAccount.clientId] },
  { packageName: 'it.mercatoaurora.fedelta', members: [chiara.sub, serviceAccount.clientId] },
  { packageName: 'it.bancalariana.mobile', members: [paolo.sub] },
  { packageName: 'it.borgoverde.comune', members: [lucia.sub] },
];

/** The topics of our project: the second has not let Gmail publish on it. */
export const mailTopics = {
  open: 'projects/chorally-development/topics/gmail',
  closed: 'projects/chorally-development/topics/closed',
} as const;

/** Grants are spoilt by the id of whoever gave them. */
export const googleTokens: readonly SeededToken[] = [
  ...identities.map(({ sub, name, brand, accessToken }) => ({
    id: sub,
    kind: brand ? 'brand account' : 'person',
    name,
    accessToken,
  })),
  {
    id: serviceAccount.clientId,
    kind: 'service account',
    name: serviceAccount.clientEmail,
    accessToken: serviceAccount.accessToken,
  },
];

function person(sub: string, name: string, company: string, email: string): SeedIdentity {
  const hostedDomain = email.slice(email.indexOf('@') + 1);
  return { sub, name, company, email, hostedDomain, mailbox: true, brand: false, accessToken: `ya29.dev-${sub}` };
}

function channel(id: string, title: string, handle: string, owner: string): SeedChannel {
  return { id, title, handle, owner, linked: true };
}

function location(id: string, title: string, street: string, city: string): SeedLocation {
  return { id, title, street, city, verified: true };
}

function businessAccount(
  id: string,
  name: string,
  type: SeedBusinessAccount['type'],
  member: string,
  held: readonly string[],
): SeedBusinessAccount {
  return { id, name, type, members: [member], locations: held };
}
