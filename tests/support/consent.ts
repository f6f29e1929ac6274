import type { SeedPerson } from '../../simulators/seed.ts';

/** How a person at a network answers. */
export interface Answer {
  readonly person?: Pick<SeedPerson, 'externalId' | 'name'>;
  readonly deny?: boolean;
}

/** Answers a network's consent page as a browser would, and returns where it leads back to; that is not followed. */
export async function consentAt(authorizationUrl: string, { person, deny = false }: Answer): Promise<URL> {
  const shown = await fetch(authorizationUrl);
  const links = [...(await shown.text()).matchAll(/<a href="([^"]+)">([^<]*)<\/a>/g)];
  const wanted = deny ? 'Deny' : `Allow as ${person?.name}, `;
  const link = links.find(([, , text = '']) => text.startsWith(wanted));
  if (link === undefined) throw new Error(`the consent page (${shown.status}) offers no “${wanted}”`);
  return new URL((link[1] ?? '').replaceAll('&amp;', '&'));
}
