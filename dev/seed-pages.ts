import { type GrantKind, usualGrantKind } from '../src/domain/grant.ts';
import type { Network } from '../src/domain/network.ts';
import { whatsappBusinesses } from '../simulators/graph/whatsapp-seeds.ts';
import { seedTenants } from '../simulators/seed.ts';
import type { DemoTenant } from './demo-data.ts';

/** A page of the simulators that a demo tenant has connected. */
export interface SeededPage {
  readonly network: Network;
  readonly externalId: string;
  readonly name: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly grantKind: GrantKind;
  readonly details: Readonly<Record<string, string>>;
  /** Whether its token never lapses. */
  readonly lasts: boolean;
}

/** The pages that a demo tenant begins with. Throws for one that the simulators do not know. */
export function seededPages({ slug }: DemoTenant): readonly SeededPage[] {
  const seeded = seedTenants.find((candidate) => candidate.slug === slug);
  if (seeded === undefined) throw new Error(`The simulators know no pages of ${slug}`);
  const pages = [...seeded.facebook, ...seeded.instagram, ...seeded.linkedin].map((page) => ({
    ...page,
    grantKind: usualGrantKind(page.network),
    details: {},
    lasts: false,
  }));
  return [...pages, ...numbersOf(slug)];
}

/** One tenant writes on WhatsApp; the numbers of the others are free for whoever wants to connect them. */
const writes = 'aurora';

function numbersOf(slug: string): readonly SeededPage[] {
  const business = slug === writes ? whatsappBusinesses.find(({ tenant }) => tenant.slug === slug) : undefined;
  const [account] = business?.wabas ?? [];
  const number = account?.numbers.find(({ status }) => status === 'CONNECTED');
  if (business === undefined || account === undefined || number === undefined) return [];
  return [
    {
      network: 'whatsapp',
      externalId: number.id,
      name: `${number.verifiedName} (${number.display})`,
      accessToken: business.accessToken,
      grantKind: 'embedded_signup',
      details: { wabaId: account.id, phoneNumber: number.display },
      lasts: true,
    },
  ];
}
