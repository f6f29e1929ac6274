import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import type { SeedFacebookPage, SeedInstagramAccount } from '../seed.ts';
import { actAsInstagram, principalOf } from './auth.ts';
import { graphError, invalidParameter, unknownObject } from './errors.ts';
import { type Node, parseFields, select } from './fields.ts';
import { page } from './paging.ts';
import { param } from './params.ts';
import { facebookPage, instagramAccount, tenantOfBusiness, tenantOfPerson } from './seeds.ts';

/** Reading who a token stands for, pages and Instagram accounts. */
export function accountOperations(world: World): Operation[] {
  return [
    { name: 'graph.me.accounts', method: 'GET', path: '/me/accounts', handle: (call) => listPages(world, call) },
    {
      name: 'graph.me.businesses',
      method: 'GET',
      path: '/me/businesses',
      handle: (call) => listBusinesses(world, call),
    },
    {
      name: 'graph.business.pages',
      method: 'GET',
      path: '/:business/:edge',
      when: ({ params: { business = '', edge = '' } }) =>
        tenantOfBusiness(business) !== null && ['owned_pages', 'client_pages'].includes(edge),
      handle: (call) => listBusinessPages(world, call),
    },
    {
      name: 'graph.me.permissions',
      method: 'GET',
      path: '/me/permissions',
      handle: (call) => permissions(world, call),
    },
    { name: 'graph.me.read', method: 'GET', path: '/me', handle: (call) => readMe(world, call) },
    {
      name: 'facebook.page.read',
      method: 'GET',
      path: '/:node',
      when: ({ params }) => facebookPage(params['node'] ?? '') !== null,
      handle: (call) => readPage(world, call, call.params['node'] ?? ''),
    },
    {
      name: 'instagram.account.read',
      method: 'GET',
      path: '/:node',
      when: ({ params }) => instagramAccount(params['node'] ?? '') !== null,
      handle: (call) => readInstagram(world, call, call.params['node'] ?? ''),
    },
  ];
}

function readMe(world: World, call: Call): Answer {
  const principal = principalOf(world, call);
  if (principal.kind === 'page') return readPage(world, call, principal.id);
  if (principal.kind === 'instagram') return readInstagram(world, call, principal.id);
  const person = tenantOfPerson(principal.id)?.metaPerson;
  const node: Node = { id: principal.id, name: person?.name ?? null, email: null, picture: null };
  return told(call, node, 'User', ['name', 'id']);
}

function listPages(world: World, call: Call): Answer {
  const principal = principalOf(world, call);
  if (principal.kind === 'page') {
    throw invalidParameter('(#100) Tried accessing nonexisting field (accounts) on node type (Page)');
  }
  return presentPages(world, call, tenantOfPerson(principal.id)?.facebook ?? []);
}

function listBusinesses(world: World, call: Call): Answer {
  const principal = principalOf(world, call);
  const tenant = principal.kind === 'person' ? tenantOfPerson(principal.id) : null;
  const businesses = tenant === null ? [] : [{ id: tenant.businessId, name: tenant.name }];
  return { status: 200, body: page(world, call, businesses, (business) => business) };
}

/** A business owns its tenant's pages and looks after nobody else's. */
function listBusinessPages(world: World, call: Call): Answer {
  const { business = '', edge } = call.params;
  const principal = principalOf(world, call);
  const tenant = tenantOfBusiness(business);
  if (tenant === null || tenantOfPerson(principal.id) !== tenant) throw unknownObject(business);
  return presentPages(world, call, edge === 'owned_pages' ? tenant.facebook : []);
}

function presentPages(world: World, call: Call, pages: readonly SeedFacebookPage[]): Answer {
  const fields = param(call, 'fields');
  const items = pages.map((seed) => pageNode(world, seed));
  const present = (node: Node): object =>
    select(node, 'Page', fields === null ? null : parseFields(fields), ['access_token', 'category', 'name', 'tasks']);
  return { status: 200, body: page(world, call, items, present) };
}

const grantedToPages = [
  'pages_show_list',
  'business_management',
  'pages_manage_posts',
  'pages_manage_engagement',
  'pages_read_engagement',
  'read_insights',
];
const grantedToInstagram = ['instagram_basic', 'instagram_content_publish', 'instagram_manage_comments'];

export const grantedScopes = [...grantedToPages, ...grantedToInstagram];

function permissions(world: World, call: Call): Answer {
  principalOf(world, call);
  return { status: 200, body: { data: grantedScopes.map((permission) => ({ permission, status: 'granted' })) } };
}

function readPage(world: World, call: Call, id: string): Answer {
  principalOf(world, call);
  const seed = facebookPage(id);
  if (seed === null)
    throw graphError({ code: 803, message: `(#803) Some of the aliases you requested do not exist: ${id}` });
  return told(call, pageNode(world, seed), 'Page', ['name', 'id']);
}

function pageNode(world: World, seed: SeedFacebookPage): Node {
  const { externalId, name, username, accessToken, instagramId } = seed;
  return {
    id: externalId,
    name,
    username,
    access_token: accessToken,
    category: 'Local business',
    tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
    link: `${world.publicUrl()}/pages/${externalId}`,
    picture: { data: picture(world) },
    fan_count: 0,
    followers_count: 0,
    instagram_business_account: instagramId === null ? null : { id: instagramId },
  };
}

function readInstagram(world: World, call: Call, id: string): Answer {
  actAsInstagram(world, call, id);
  const seed = instagramAccount(id);
  if (seed === null) throw invalidParameter('(#100) No such account');
  return told(call, instagramNode(world, seed), 'IGUser', ['id']);
}

function instagramNode(world: World, { externalId, name, username }: SeedInstagramAccount): Node {
  return {
    id: externalId,
    user_id: externalId,
    ig_id: externalId,
    username,
    name,
    account_type: 'BUSINESS',
    profile_picture_url: picture(world).url,
    followers_count: 0,
    media_count: world.publications.feed(externalId).length,
  };
}

const picture = (world: World) => ({
  height: 50,
  is_silhouette: true,
  url: `${world.publicUrl()}/_picture.png`,
  width: 50,
});

function told(call: Call, node: Node, type: string, otherwise: readonly string[]): Answer {
  const fields = param(call, 'fields');
  return { status: 200, body: select(node, type, fields === null ? null : parseFields(fields), otherwise) };
}
