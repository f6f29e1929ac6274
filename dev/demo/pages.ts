import { Complaint } from '../complaint.ts';
import type { Environment } from '../environment-file.ts';
import type { Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';
import { connectionList, type Published, publishedList } from './views.ts';

export type Page = Readonly<{ id: string; network: string; name: string; externalId: string }>;

/** The page, the Instagram account and the LinkedIn organisation of the tenant's own name. */
export async function theThreePages(person: Person, say: Narrator): Promise<readonly Page[]> {
  const answer = await person.get('/v1/connections');
  const { items } = connectionList.parse(answer.body);
  const pages = ['facebook', 'instagram', 'linkedin'].flatMap((network) =>
    items.filter((page) => page.network === network && page.name === 'Mercato Aurora').slice(0, 1),
  );
  say.claim(
    'a Facebook page, an Instagram account and a LinkedIn organisation are connected',
    pages.length === 3,
    items,
  );
  return pages;
}

/** What the simulated network says that visitors of the page have seen. */
export async function published({ simulators }: Environment, page: Page): Promise<readonly Published[]> {
  const simulator = simulators[page.network === 'linkedin' ? 'linkedin' : 'graph'];
  if (simulator === undefined) throw new Complaint(`There is no simulator of ${page.network}.`);
  const response = await fetch(`${simulator.control}/published?network=${page.network}&account=${page.externalId}`);
  return publishedList.parse(await response.json());
}
