import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { invalidArgument, notFound, permissionDenied, refused } from './errors.ts';
import { type Caller, guarded } from './gateway.ts';
import { scope } from './scopes.ts';
import { businessAccounts, locations, type SeedBusinessAccount, type SeedLocation } from './seeds.ts';
import { sheetOf } from './sheets.ts';

/** Business Profile's accounts and locations, which are two APIs under two names. */
export function businessOperations(world: World): Operation[] {
  const managing = (operation: Parameters<typeof guarded>[3]): Operation =>
    guarded(world, 'business', [scope.business], operation);
  return [
    managing({ name: 'business.account.list', method: 'GET', path: '/v1/accounts', handle: listAccounts }),
    managing({
      name: 'business.location.list',
      method: 'GET',
      path: '/v1/accounts/:account/locations',
      handle: listLocations,
    }),
    managing({
      name: 'business.location.read',
      method: 'GET',
      path: '/v1/locations/:location',
      handle: readLocation,
    }),
  ];
}

function listAccounts(call: Call, caller: Caller): Answer {
  const sheet = sheetOf(call, accountsOf(caller), { sizeName: 'pageSize', usual: 20, most: 20 });
  if (sheet === null) throw invalidArgument('business');
  const accounts = sheet.items.map(({ id, name, type }) => ({
    name: `accounts/${id}`,
    accountName: name,
    type,
    ...(type === 'PERSONAL' ? {} : { role: 'PRIMARY_OWNER' }),
    verificationState: 'UNVERIFIED',
    vettedState: 'NOT_VETTED',
  }));
  return { status: 200, body: { ...(accounts.length === 0 ? {} : { accounts }), ...sheet.next } };
}

function listLocations(call: Call, caller: Caller): Answer {
  const mask = maskOf(call);
  const account = businessAccounts.find(({ id }) => id === call.params['account']);
  if (account === undefined) throw notFound('business');
  if (!accountsOf(caller).includes(account)) throw refused(permissionDenied('business'));
  const held = locations.filter(({ id }) => account.locations.includes(id));
  const sheet = sheetOf(call, held, { sizeName: 'pageSize', usual: 10, most: 100 });
  if (sheet === null) throw invalidArgument('business');
  const shown = sheet.items.map((location) => resource(location, mask));
  return { status: 200, body: { ...(shown.length === 0 ? {} : { locations: shown }), ...sheet.next } };
}

function readLocation(call: Call, caller: Caller): Answer {
  const mask = maskOf(call);
  const location = locations.find(({ id }) => id === call.params['location']);
  if (location === undefined) throw notFound('business');
  const reached = accountsOf(caller).some((account) => account.locations.includes(location.id));
  if (!reached) throw refused(permissionDenied('business'));
  return { status: 200, body: resource(location, mask) };
}

function accountsOf({ personId, withoutRoles }: Caller): readonly SeedBusinessAccount[] {
  return withoutRoles ? [] : businessAccounts.filter(({ members }) => members.includes(personId));
}

/** Without the fields that are wanted nothing is told. */
function maskOf({ query }: Call): readonly string[] {
  const mask = query['readMask'];
  const wanted = typeof mask === 'string' ? mask.split(',').filter((field) => field !== '') : [];
  const known = new Set(['name', 'title', 'storefrontAddress', 'metadata', 'languageCode']);
  if (wanted.length === 0 || wanted.some((field) => !known.has(field))) throw invalidArgument('business');
  return wanted;
}

function resource({ id, title, street, city, verified }: SeedLocation, mask: readonly string[]) {
  const all: Readonly<Record<string, unknown>> = {
    name: `locations/${id}`,
    title,
    languageCode: 'it',
    storefrontAddress: { regionCode: 'IT', languageCode: 'it', locality: city, addressLines: [street] },
    // What is false is left out.
    metadata: { placeId: `ChIJ${id}`, ...(verified ? { hasVoiceOfMerchant: true, canModifyServiceList: true } : {}) },
  };
  return Object.fromEntries(mask.map((field) => [field, all[field]]));
}
