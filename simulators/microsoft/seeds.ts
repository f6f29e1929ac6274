import type { SeededToken } from '../kernel/tokens.ts';

export interface SeedMailUser {
  readonly slug: string;
  /** The object id: never used again for another account. */
  readonly id: string;
  readonly name: string;
  readonly company: string;
  readonly mail: string;
  /** An account without a licence for Exchange has no mailbox. */
  readonly hasMailbox: boolean;
}

const user = (
  number: number,
  slug: string,
  [name, company, mail]: readonly [string, string, string],
  hasMailbox = true,
): SeedMailUser => ({
  slug,
  id: `70000000-0000-4000-9000-00000000000${number}`,
  name,
  company,
  mail,
  hasMailbox,
});

export const seedMailUsers = {
  aurora: user(1, 'aurora', ['Assistenza Aurora', 'Mercato Aurora', 'assistenza@aurora.example']),
  auroraShop: user(2, 'aurora', ['Ordini Aurora', 'Mercato Aurora', 'ordini@aurora.example']),
  lariana: user(3, 'lariana', ['Servizio Clienti', 'Banca Lariana', 'clienti@lariana.example']),
  borgoverde: user(4, 'borgoverde', ['Ufficio Stampa', 'Comune di Borgoverde', 'stampa@borgoverde.example']),
  unlicensed: user(5, 'aurora', ['Magazzino Aurora', 'Mercato Aurora', 'magazzino@aurora.example'], false),
} as const;

export const mailUsers: readonly SeedMailUser[] = Object.values(seedMailUsers);

/** What the control API can spoil: all that a person has granted, by the person's id. */
export const microsoftTokens: readonly SeededToken[] = mailUsers.map(({ id, name }) => ({
  id,
  kind: 'person',
  name,
  accessToken: `person ${id}`,
}));
