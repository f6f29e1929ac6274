import type { SeededToken } from '../kernel/tokens.ts';
import { seedApp, type SeedTenant, seedTenants } from '../seed.ts';

export interface PhoneNumber {
  readonly id: string;
  readonly display: string;
  readonly verifiedName: string;
  readonly status: 'CONNECTED' | 'PENDING' | 'UNVERIFIED' | 'BANNED';
}

/** A WhatsApp business account. */
export interface Waba {
  readonly id: string;
  readonly name: string;
  readonly numbers: readonly PhoneNumber[];
}

/** A business at WhatsApp, and whom Embedded Signup makes to act for the app there. */
export interface WhatsappBusiness {
  readonly tenant: SeedTenant;
  readonly systemUserId: string;
  readonly systemUserName: string;
  readonly accessToken: string;
  /** A code as Meta's own script hands it over: it was sent to no address. */
  readonly code: string;
  readonly wabas: readonly [Waba, ...Waba[]];
}

const [aurora, lariana, borgoverde] = seedTenants;

export const whatsappBusinesses = [
  business(aurora, '1', [
    waba('104100000000001', 'Mercato Aurora', [
      number('105100000000001', '+39 02 5550 1001', 'Mercato Aurora', 'CONNECTED'),
      number('105100000000002', '+39 02 5550 1002', 'Mercato Aurora', 'PENDING'),
      number('105100000000003', '+39 02 5550 1003', 'Mercato Aurora', 'UNVERIFIED'),
    ]),
    waba('104100000000002', 'Mercato Aurora Consegne', [
      number('105100000000004', '+39 02 5550 1004', 'Aurora Consegne', 'CONNECTED'),
      number('105100000000005', '+39 02 5550 1005', 'Aurora Ascolta', 'CONNECTED'),
    ]),
  ]),
  business(lariana, '2', [
    waba('104200000000001', 'Banca Lariana', [
      number('105200000000001', '+39 031 555 2001', 'Banca Lariana', 'CONNECTED'),
    ]),
  ]),
  business(borgoverde, '3', [
    waba('104300000000001', 'Comune di Borgoverde', [
      number('105300000000001', '+39 0577 555 301', 'Comune di Borgoverde', 'CONNECTED'),
    ]),
  ]),
] as const;

const numbers = whatsappBusinesses.flatMap(({ wabas }) =>
  wabas.flatMap((account) => account.numbers.map((phone) => ({ phone, account }))),
);

export const wabaOf = (id: string): Waba | null =>
  whatsappBusinesses.flatMap(({ wabas }) => wabas).find((account) => account.id === id) ?? null;

export const phoneNumber = (id: string): { readonly phone: PhoneNumber; readonly account: Waba } | null =>
  numbers.find(({ phone }) => phone.id === id) ?? null;

export const businessOfSystemUser = (id: string): WhatsappBusiness | null =>
  whatsappBusinesses.find(({ systemUserId }) => systemUserId === id) ?? null;

export const businessOfWaba = (id: string): WhatsappBusiness | null =>
  whatsappBusinesses.find(({ wabas }) => wabas.some((account) => account.id === id)) ?? null;

/** The business that an account belongs to: its portfolio at Meta. */
export const portfolioOf = (wabaId: string): string => businessOfWaba(wabaId)?.tenant.businessId ?? wabaId;

export const whatsappTokens: readonly SeededToken[] = whatsappBusinesses.map(
  ({ systemUserId: id, systemUserName: name, accessToken }) => ({ id, kind: 'whatsapp_business', name, accessToken }),
);

function business(tenant: SeedTenant, digit: string, wabas: WhatsappBusiness['wabas']): WhatsappBusiness {
  return {
    tenant,
    systemUserId: `12200000000000${digit}`,
    systemUserName: `${seedApp.meta.name} (${tenant.name})`,
    accessToken: `EAAB-dev-business-${tenant.slug}`,
    code: `dev-code-whatsapp-${tenant.slug}`,
    wabas,
  };
}

function waba(id: string, name: string, owned: readonly PhoneNumber[]): Waba {
  return { id, name, numbers: owned };
}

function number(id: string, display: string, verifiedName: string, status: PhoneNumber['status']): PhoneNumber {
  return { id, display, verifiedName, status };
}
