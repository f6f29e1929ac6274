import { createHash } from 'node:crypto';

/** Somebody at WhatsApp, as its webhooks name them. */
export interface Contact {
  readonly profile: { readonly name: string };
  /** The number, digits only; somebody who was written to by their user id keeps it to themselves. */
  readonly wa_id?: string;
  readonly user_id: string;
}

/** The contact that has a number, or a user id, towards one business. */
export function contactOf(person: string, businessId: string, name = ''): Contact {
  const profile = { name };
  if (!/^\d+$/.test(person)) return { profile, user_id: person };
  return { profile, wa_id: person, user_id: userIdOf(person, businessId) };
}

/** The same person has another id towards each business. */
function userIdOf(number: string, businessId: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(`${businessId}/${number}`).digest('hex').slice(0, 16)}`);
  const country = countries.find(([prefix]) => number.startsWith(prefix))?.[1] ?? 'US';
  return `${country}.${digits}`;
}

/** As far as people of the tests and demos have numbers. */
const countries = [
  ['39', 'IT'],
  ['41', 'CH'],
  ['33', 'FR'],
  ['34', 'ES'],
  ['44', 'GB'],
  ['49', 'DE'],
] as const;
