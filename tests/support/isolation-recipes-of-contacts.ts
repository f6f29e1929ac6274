import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';
import { contactForm } from './contact-file.ts';

const anyVersion = { 'if-match': '*' };

/** Contacts, their groups and the files they come in. */
export function contactRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  return { ...authorRecipes(foreign), ...groupRecipes(foreign, own), ...importRecipes(foreign) };
}

function authorRecipes({ authorId, authorName, contactGroupId, cursors }: Belongings) {
  const path = `/v1/authors/${authorId}`;
  const missing = (at: string, call: Attempt['call'] = () => ({})): readonly Attempt[] => [
    { at: ['path.authorId'], path: at, call, outcome: 'missing' },
  ];
  const list = {
    q: [authorName, 'nothing'],
    tag: ['vip', 'own'],
    consent: ['unknown', 'own'],
    country: ['IT', 'own'],
    language: ['it', 'own'],
    blocked: ['false', 'own'],
    groupId: [contactGroupId, 'nothing'],
    cursor: [cursors.authors, 'own'],
  } as const;
  return {
    'GET /v1/authors': Object.entries(list).map(([filter, [value, outcome]]) => ({
      at: [`query.${filter}`],
      path: `/v1/authors?${new URLSearchParams({ [filter]: value })}`,
      outcome,
    })),
    // Nothing foreign can be named; without a number nothing is made in the tenant that all tests share.
    'POST /v1/authors': [
      { at: [], path: '/v1/authors', call: () => ({ json: { phone: '1' } }), outcome: 'refused' as const },
    ],
    'POST /v1/authors/bulk': [
      {
        at: ['body.groupId'],
        path: '/v1/authors/bulk',
        call: () => ({ json: { contacts: [{ phone: '+393401234567' }], groupId: contactGroupId } }),
        outcome: 'refused' as const,
      },
    ],
    'GET /v1/authors/{authorId}': missing(path),
    'PATCH /v1/authors/{authorId}': missing(path, () => ({ json: { name: 'Io' }, headers: anyVersion })),
    'DELETE /v1/authors/{authorId}': missing(path, () => ({ headers: anyVersion })),
    'POST /v1/authors/{authorId}/block': missing(`${path}/block`),
    'POST /v1/authors/{authorId}/unblock': missing(`${path}/unblock`),
    'POST /v1/authors/{authorId}/consent': missing(`${path}/consent`, () => ({ json: { consent: 'withdrawn' } })),
  } satisfies Record<string, readonly Attempt[]>;
}

function groupRecipes({ authorId, contactGroupId, cursors }: Belongings, own: Belongings) {
  const path = `/v1/contact-groups/${contactGroupId}`;
  const ownMembers = `/v1/contact-groups/${own.contactGroupId}/members`;
  const missing = (at: string, call: Attempt['call'] = () => ({})): Attempt => ({
    at: ['path.groupId'],
    path: at,
    call,
    outcome: 'missing',
  });
  return {
    'GET /v1/contact-groups': [
      { at: ['query.archived'], path: '/v1/contact-groups?archived=true', outcome: 'own' },
      { at: ['query.cursor'], path: `/v1/contact-groups?cursor=${cursors['contact-groups']}`, outcome: 'own' },
    ],
    'POST /v1/contact-groups': [
      { at: [], path: '/v1/contact-groups', call: () => ({ json: { name: ' ' } }), outcome: 'refused' },
    ],
    'POST /v1/contact-groups/count': [
      {
        at: [],
        path: '/v1/contact-groups/count',
        call: () => ({ json: { filter: { field: 'tag', has: 'vip' } } }),
        outcome: 'own',
      },
    ],
    'GET /v1/contact-groups/{groupId}': [missing(path)],
    'PATCH /v1/contact-groups/{groupId}': [missing(path, () => ({ json: { name: 'Io' }, headers: anyVersion }))],
    'DELETE /v1/contact-groups/{groupId}': [missing(path, () => ({ headers: anyVersion }))],
    'POST /v1/contact-groups/{groupId}/members': [
      missing(`${path}/members`, () => ({ json: { add: [own.authorId] } })),
      { at: ['body.add'], path: ownMembers, call: () => ({ json: { add: [authorId] } }), outcome: 'refused' },
      { at: ['body.remove'], path: ownMembers, call: () => ({ json: { remove: [authorId] } }), outcome: 'own' },
    ],
  } satisfies Record<string, readonly Attempt[]>;
}

function importRecipes({ contactImportId, contactGroupId, cursors }: Belongings) {
  const path = `/v1/contact-imports/${contactImportId}`;
  const body = () => contactForm('Telefono\n+393401234567\n', { groupId: contactGroupId });
  return {
    'GET /v1/contact-imports': [
      { at: ['query.cursor'], path: `/v1/contact-imports?cursor=${cursors['contact-imports']}`, outcome: 'own' },
    ],
    'POST /v1/contact-imports': [
      { at: ['body.groupId'], path: '/v1/contact-imports', call: () => ({ body: body() }), outcome: 'refused' },
    ],
    'GET /v1/contact-imports/{importId}': [{ at: ['path.importId'], path, outcome: 'missing' }],
    'POST /v1/contact-imports/{importId}/cancel': [
      { at: ['path.importId'], path: `${path}/cancel`, outcome: 'missing' },
    ],
  } satisfies Record<string, readonly Attempt[]>;
}
