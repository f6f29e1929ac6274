import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { escapeHtml, htmlPage } from './html.ts';
import type { World } from './world.ts';

interface Person {
  readonly name: string;
  readonly code: string;
}

/** The page on which a person allows the app to act for their pages; `null` if there is nowhere to return to. */
export function consentPage(req: Request, people: readonly (Person & { readonly company: string })[]): string | null {
  const { redirect_uri: redirectUri, state } = req.query;
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return null;
  const back = (answer: Record<string, string>): string => {
    const url = new URL(redirectUri);
    for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
    if (typeof state === 'string') url.searchParams.set('state', state);
    return escapeHtml(url.href);
  };
  const entries = people.map(
    ({ name, company, code }) =>
      `<li><a href="${back({ code: `${code}.${randomUUID()}` })}">Allow as ${escapeHtml(`${name}, ${company}`)}</a></li>`,
  );
  const denial = back({ error: 'access_denied', error_description: 'The user denied your request' });
  return htmlPage('Allow access?', `<ul>${entries.join('')}</ul><p><a href="${denial}">Deny</a></p>`);
}

/**
 * Whose consent a code stands for: a person's fixed code, or one that the consent page gave out. `used` if the latter
 * was exchanged before; `null` if it is nobody's.
 */
export function redeem<T extends Person>(world: World, people: readonly T[], code: string): T | 'used' | null {
  const [fixed, once] = code.split('.', 2);
  const person = people.find((candidate) => candidate.code === fixed) ?? null;
  if (person === null || once === undefined) return person;
  const codes = world.store.collection<{ readonly usedAt: number }>('used-code');
  if (codes.get(once) !== null) return 'used';
  codes.put(once, { usedAt: Date.now() });
  return person;
}
