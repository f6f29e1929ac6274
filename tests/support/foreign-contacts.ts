import { vi } from 'vitest';
import { contactForm } from './contact-file.ts';
import { demand } from './running-api.ts';

/** Two contacts with their lists and files, so that each list of them has two pages. */
export async function addContacts(as: string, mark: string) {
  const made = [];
  for (const word of ['Prima', 'Seconda']) made.push(await addOne(as, `${word} ${mark}`));
  const [first] = made;
  if (first === undefined) throw new Error('there is no contact');
  return first;
}

async function addOne(as: string, name: string) {
  const send = (path: string, json: object) => demand(201, path, { as, method: 'POST', json });
  const author = (await send('/v1/authors', { phone: aPhone(), name })).body;
  const group = (await send('/v1/contact-groups', { name })).body;
  await demand(200, `/v1/contact-groups/${group.id}/members`, { as, method: 'POST', json: { add: [author.id] } });
  const body = contactForm(`Telefono\n${author.phone}\n`);
  const file = (await demand(201, '/v1/contact-imports', { as, method: 'POST', body })).body;
  const state = async () => (await demand(200, `/v1/contact-imports/${file.id}`, { as })).body.state;
  // Nothing of it changes by itself from then on.
  await vi.waitFor(async () => {
    if ((await state()) !== 'done') throw new Error('the import has not ended');
  }, 20_000);
  return { authorId: author.id, authorName: name, contactGroupId: group.id, contactImportId: file.id };
}

/** Hardly ever the same twice, in a tenant that keeps what tests leave behind. */
function aPhone(): string {
  return `+39347${String(Math.floor(Math.random() * 10_000_000)).padStart(7, '0')}`;
}
