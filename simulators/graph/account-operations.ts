import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import type { SeedFacebookPage, SeedInstagramAccount } from '../seed.ts';
import { actAsInstagram, lacks, manages, principalOf } from './auth.ts';
import { graphError, invalidParameter, permissionRequired, unknownObject } from './errors.ts';
import { type Node, parseFields, select } from './fields.ts';
import { type Identity, pageTokenFor } from './identity.ts';
import { instagramPerson, personalAccount } from './instagram-people.ts';
import { page } from './paging.ts';
import { param } from './params.ts';
import { facebookPage, instagramAccount, tenantOfBusiness, tenantOfPerson } from './seeds.ts';
import { businessOfSystemUser } from './whatsapp-seeds.ts';

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
  const { kind, id, personId } = principal;
  if (kind === 'page') return readPage(world, call, id);
  if (kind === 'instagram') return readOwnInstagram(world, call, principal);
  const business = businessOfSystemUser(id);
  if (business !== null) {
    const node: Node = { id, name: business.systemUserName, client_business_id: business.tenant.businessId };
    return told(call, node, 'User', ['name', 'id']);
  }
  const person = tenantOfPerson(personId)?.metaPerson;
  const node: Node = { id, name: person?.name ?? null, email: null, picture: { data: picture(world) } };
  return told(call, node, 'User', ['name', 'id']);
}

function listPages(world: World, call: Call): Answer {
  const principal = principalOf(world, call);
  if (principal.kind === 'page') {
    throw invalidParameter('(#100) Tried accessing nonexisting field (accounts) on node type (Page)');
  }
  const owned = tenantOfPerson(principal.id)?.facebook ?? [];
  const shown = lacks(principal, 'pages_show_list') ? [] : owned.filter((page) => manages(principal, page.externalId));
  return presentPages(world, call, principal, shown);
}

function listBusinesses(world: World, call: Call): Answer {
  const principal = principalOf(world, call);
  if (lacks(principal, 'business_management')) throw invalidParameter('(#100) Missing Permissions');
  const tenant = principal.kind === 'person' ? tenantOfPerson(principal.id) : null;
  const businesses = tenant === null ? [] : [{ id: tenant.businessId, name: tenant.name }];
  return { status: 200, body: page(world, call, businesses, (business) => business) };
}

/** A business owns its tenant's pages, those too that the person did not pick, and looks after nobody else's. */
function listBusinessPages(world: World, call: Call): Answer {
  const { business = '', edge } = call.params;
  const principal = principalOf(world, call);
  const tenant = tenantOfBusiness(business);
  if (tenant === null || tenantOfPerson(principal.id) !== tenant) throw unknownObject(business);
  if (lacks(principal, 'business_management')) throw permissionRequired('business_management');
  return presentPages(world, call, principal, edge === 'owned_pages' ? tenant.facebook : []);
}

function presentPages(world: World, call: Call, principal: Identity, pages: readonly SeedFacebookPage[]): Answer {
  const fields = param(call, 'fields');
  const items = pages.map((seed) => pageNode(world, seed, principal));
  const present = (node: Node): object =>
    select(node, 'Page', fields === null ? null : parseFields(fields), ['access_token', 'category', 'name', 'tasks']);
  return { status: 200, body: page(world, call, items, present) };
}

function readPage(world: World, call: Call, id: string): Answer {
  const principal = principalOf(world, call);
  const seed = facebookPage(id);
  if (seed === null)
    throw graphError({ code: 803, message: `(#803) Some of the aliases you requested do not exist: ${id}` });
  return told(call, pageNode(world, seed, principal), 'Page', ['name', 'id']);
}

function pageNode(world: World, seed: SeedFacebookPage, principal: Identity): Node {
  const { externalId, name, username, instagramId } = seed;
  const mayRead = !lacks(principal, 'instagram_basic');
  const linked = instagramId === null || !mayRead ? null : instagramAccount(instagramId);
  const personal = mayRead && personalAccount.pageId === externalId ? personalAccount : null;
  return {
    id: externalId,
    name,
    username,
    access_token: manages(principal, externalId) ? pageTokenFor(world, principal, externalId) : null,
    category: 'Local business',
    tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
    link: `${world.publicUrl()}/pages/${externalId}`,
    picture: { data: picture(world) },
    fan_count: 0,
    followers_count: 0,
    instagram_business_account: linked === null ? null : instagramNode(world, linked),
    connected_instagram_account: personal === null ? null : { id: personal.accountId, username: personal.username },
  };
}

function readInstagram(world: World, call: Call, id: string): Answer {
  actAsInstagram(world, call, id);
  const seed = instagramAccount(id);
  if (seed === null) throw invalidParameter('(#100) No such account');
  return told(call, instagramNode(world, seed), 'IGUser', ['id']);
}

/** What an account that logged in at Instagram itself is told about itself, by the id that the app alone knows. */
function readOwnInstagram(world: World, call: Call, principal: Identity): Answer {
  const person = instagramPerson(principal.personId);
  if (person === null) return readInstagram(world, call, principal.id);
  if (lacks(principal, 'instagram_business_basic')) throw permissionRequired('instagram_business_basic');
  const { accountId, externalId, username, name, accountType } = person;
  const node = instagramNode(world, { externalId: accountId, name, username });
  return told(call, { ...node, id: externalId, account_type: accountType }, 'IGUser', ['id']);
}

function instagramNode(
  world: World,
  { externalId, name, username }: Pick<SeedInstagramAccount, 'externalId' | 'name' | 'username'>,
): Node {
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
