/** How a person at a network answers, by name as its consent page shows it. */
export interface Answer {
  readonly person?: string;
  readonly deny?: boolean;
}

/** Answers a network's consent page as a browser would, and returns where it leads back to; that is not followed. */
export async function consentAt(authorizationUrl: string, { person = '', deny = false }: Answer): Promise<URL> {
  const shown = await fetch(authorizationUrl);
  const links = [...(await shown.text()).matchAll(/<a href="([^"]+)">([^<]*)<\/a>/g)];
  const link = links.find(([, , text = '']) => (deny ? text === 'Deny' : text.startsWith(`Allow as ${person}`)));
  if (link === undefined) throw new Error(`the consent page (${shown.status}) offers nothing for ${person}`);
  return new URL((link[1] ?? '').replaceAll('&amp;', '&'));
}
