import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulatorAddresses } from '../../dev/parts/simulators.ts';
import { testStack } from '../../dev/stack.ts';
import { appleKeys } from '../../simulators/apple/seeds.ts';
import { applications, googlePeople } from '../../simulators/google/seeds.ts';
import { instagramPeople } from '../../simulators/graph/instagram-people.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { seedMailUsers } from '../../simulators/microsoft/seeds.ts';
import { seedTenants } from '../../simulators/seed.ts';
import { chats, seedBots } from '../../simulators/telegram/seeds.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import { ChannelError } from '../../src/channels/channel.ts';
import type { Revocation } from '../../src/domain/connection.ts';
import { grantKindsOf } from '../../src/domain/grant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { networks } from '../../src/domain/network.ts';
import { recordOf } from '../support/connection-record.ts';
import { connectAt, grantAt, type WayToNetwork } from '../support/consent-at-networks.ts';
import { choose } from '../support/consent-flow.ts';
import { connectorOf } from '../support/connectors.ts';
import { control } from '../support/fault-networks.ts';
import { eventually } from '../support/fault-wait.ts';
import { lendPagesOf } from '../support/lent-pages.ts';
import { useRealNetworks } from '../support/real-networks.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

const [, , borgoverde] = seedTenants;
const [, , whatsapp] = whatsappBusinesses;
const { lucia, paolo, laboratorio } = googlePeople;
const mailbox = seedMailUsers.borgoverde;
const [, , appleKey] = appleKeys;
const appsOf = (sub: string) => applications.filter(({ members }) => members.includes(sub))[0]?.packageName ?? '';

interface Walk extends WayToNetwork {
  readonly externalId: string;
  /** How the network is told that a disconnected grant is over. */
  readonly revocation: Revocation;
}

/** Every way of every network, as its people go it. */
const walks: readonly Walk[] = [
  {
    network: 'facebook',
    kind: 'facebook_login',
    consent: { person: borgoverde.metaPerson.externalId },
    externalId: borgoverde.facebook[0].externalId,
    revocation: 'done',
  },
  {
    network: 'instagram',
    kind: 'facebook_login',
    consent: { person: borgoverde.metaPerson.externalId },
    externalId: borgoverde.instagram[0].externalId,
    revocation: 'done',
  },
  {
    network: 'instagram',
    kind: 'instagram_login',
    consent: { person: instagramPeople.find(({ company }) => company === borgoverde.name)?.externalId ?? '' },
    externalId: borgoverde.instagram[0].externalId,
    revocation: 'not_offered',
  },
  {
    network: 'whatsapp',
    kind: 'embedded_signup',
    consent: { person: whatsapp.systemUserId },
    externalId: whatsapp.wabas[0].numbers[0]?.id ?? '',
    revocation: 'done',
  },
  {
    network: 'linkedin',
    kind: 'oauth',
    consent: { person: borgoverde.linkedinPerson.externalId },
    externalId: borgoverde.linkedin[0].externalId,
    revocation: 'done',
  },
  {
    network: 'x',
    kind: 'oauth',
    consent: { person: xAccounts[3].externalId },
    externalId: xAccounts[3].externalId,
    revocation: 'done',
  },
  {
    network: 'telegram',
    kind: 'bot_token',
    credentials: { kind: 'bot_token', botToken: seedBots.borgoverde.token },
    named: ['@avvisiborgoverde'],
    externalId: String(chats.find(({ username }) => username === 'avvisiborgoverde')?.id),
    revocation: 'not_offered',
  },
  {
    network: 'youtube',
    kind: 'oauth',
    consent: { person: laboratorio.sub },
    externalId: 'UClariana00000000000009',
    revocation: 'done',
  },
  {
    network: 'google_business',
    kind: 'oauth',
    consent: { person: lucia.sub },
    externalId: '1030000000000001',
    revocation: 'done',
  },
  {
    network: 'google_play',
    kind: 'service_account',
    credentials: { kind: 'service_account', keyFile: await keyFile() },
    named: ['it.mercatoaurora.app'],
    externalId: 'it.mercatoaurora.app',
    revocation: 'not_offered',
  },
  {
    network: 'google_play',
    kind: 'oauth',
    consent: { person: lucia.sub },
    named: [appsOf(lucia.sub)],
    externalId: appsOf(lucia.sub),
    revocation: 'done',
  },
  {
    network: 'app_store',
    kind: 'api_key',
    credentials: {
      kind: 'api_key',
      issuerId: appleKey?.issuerId ?? '',
      keyId: appleKey?.keyId ?? '',
      privateKey: appleKey?.privateKey ?? '',
    },
    externalId: appleKey?.apps[0]?.id ?? '',
    revocation: 'not_offered',
  },
  { network: 'gmail', kind: 'oauth', consent: { person: lucia.sub }, externalId: lucia.sub, revocation: 'done' },
  {
    network: 'microsoft_mail',
    kind: 'oauth',
    consent: { person: mailbox.id },
    externalId: mailbox.id,
    revocation: 'not_offered',
  },
];

test('no way of any network is left out below', () => {
  const ways = walks.map(({ network, kind }) => `${network} by ${kind}`);
  const offered = networks.flatMap((network) => grantKindsOf[network].map((kind) => `${network} by ${kind}`));
  expect(ways.toSorted()).toEqual(offered.toSorted());
});

test.each(walks)('$network by $kind: granted, chosen, checked and ended, with the real parts', async (walk) => {
  const choice = await grantAt(own, walk);
  expect(choice).toMatchObject({ state: 'selecting_page', grantedBy: expect.any(String), failure: null });
  expect(choice.missingScopes).toEqual([]);
  const listed = choice.pages.find((page: { externalId: string }) => page.externalId === walk.externalId);
  expect(listed).toMatchObject({ refusal: null });

  const selected = await choose(own, choice, [walk.externalId]);
  expect([selected.status, selected.body.state]).toEqual([200, 'connected']);
  const id = selected.body.pages.find((page: { externalId: string }) => page.externalId === walk.externalId)
    .connectionId as ConnectionId;
  const checked = await own.as('giulia', 'POST', `/v1/connections/${id}/check`);
  expect(checked.body).toMatchObject({
    works: true,
    connection: { state: 'connected', badge: 'connected', name: listed.name, grantKind: walk.kind, lastError: null },
  });

  const { accessToken, row } = await recordOf(own, id);
  expect(await disconnect(id)).toBe(walk.revocation);
  expect(await secretsOf(id)).toEqual([]);
  if (walk.revocation !== 'done') return;
  // The network itself honours the token no more.
  const held = { externalId: walk.externalId, accessToken: accessToken ?? '', details: row.details };
  const refused: unknown = await connectorOf(real.connectors, walk.network, walk.kind)
    .probe(held)
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ChannelError);
  expect(refused).toMatchObject({ grantProblem: 'gone', provider: { status: expect.any(Number) } });
});

test('what else lives by the same consent is not torn down with a page: the last one takes it back', async () => {
  const consent = { person: paolo.sub };
  const gmail = await connectAt(own, { network: 'gmail', kind: 'oauth', consent }, paolo.sub);
  const shop = await connectAt(own, { network: 'google_business', kind: 'oauth', consent }, '1020000000000001');
  expect(await disconnect(gmail)).toBe('shared');
  const still = await own.as('giulia', 'POST', `/v1/connections/${shop}/check`);
  expect(still.body).toMatchObject({ works: true });
  expect(await disconnect(shop)).toBe('done');
});

test('TikTok is announced and refuses with that reason', async () => {
  const { status, body } = await own.as('giulia', 'POST', '/v1/connections/authorizations', { network: 'tiktok' });
  expect([status, body]).toMatchObject([409, { type: '/problems/not-connectable', reason: 'announced' }]);
});

test('permissions that a person unticks are named with what will not work, and the rest works', async () => {
  const unticked = 'https://www.googleapis.com/auth/youtube.force-ssl';
  const consent = { person: paolo.sub, without: [unticked] };
  const choice = await grantAt(own, { network: 'youtube', kind: 'oauth', consent });
  expect(choice.missingScopes).toEqual([{ scope: unticked, features: ['reply', 'import'] }]);
  expect(choice.lostFeatures.map(({ feature }: { feature: string }) => feature)).toEqual(['import', 'reply']);
  const { body } = await choose(own, choice, ['UClariana00000000000001']);
  const { connectionId: id } = body.pages[0];
  const card = (await own.as('giulia', 'GET', `/v1/connections/${id}`)).body;
  expect(card).toMatchObject({ state: 'connected', missingScopes: [{ scope: unticked }] });
  expect((await own.as('giulia', 'POST', `/v1/connections/${id}/check`)).body).toMatchObject({ works: true });
  expect(await disconnect(id)).toBe('done');
});

test('a person’s own profile is listed, refused with the reason, and cannot be chosen', async () => {
  const { externalId: person, name } = borgoverde.metaPerson;
  const choice = await grantAt(own, { network: 'facebook', kind: 'facebook_login', consent: { person } });
  expect(choice.pages.find((page: { externalId: string }) => page.externalId === person)).toMatchObject({
    name,
    refusal: {
      code: 'personal_profile',
      sentence: 'This is a personal profile: only business pages and accounts can be connected.',
    },
  });
  const { status, body } = await choose(own, choice, [person]);
  expect([status, body.errors]).toMatchObject([422, [{ pointer: '/externalIds/0', rule: 'personal_profile' }]]);
});

test('a page is a target, in filters and on cards from the next request on, and after a disconnect it is none', async () => {
  const way = { network: 'facebook', kind: 'facebook_login', consent: walks[0]?.consent ?? {} } as const;
  const id = await connectAt(own, way, borgoverde.facebook[0].externalId);
  const target = () => own.as('elena', 'POST', '/v1/posts', { text: 'Zucca', targets: [{ connectionId: id }] });
  const offered = async () => (await own.as('elena', 'GET', usable)).body.items.map((item: { id: string }) => item.id);
  expect([(await target()).status, await offered()]).toEqual([201, expect.arrayContaining([id])]);
  expect((await own.as('elena', 'GET', `/v1/posts?connectionId=${id}`)).body.items).toHaveLength(1);

  await own.as('giulia', 'POST', `/v1/connections/${id}/disconnect`);
  expect((await target()).body.errors).toMatchObject([{ rule: 'connection_state', value: 'disconnected' }]);
  expect(await offered()).not.toContain(id);
  // What was written for it stays in the archive.
  expect((await own.as('elena', 'GET', `/v1/posts?connectionId=${id}`)).body.items).toHaveLength(1);
  expect(await revoked(id)).toBe('done');
});

const real = useRealNetworks();
const started = useTenantApi({ policy: false, ...real });
lendPagesOf('borgoverde');
let own: TenantApi;
beforeAll(() => {
  own = started();
});
afterAll(async () => {
  // Whatever a failed test has left connected would be in the way of the next run.
  const gone = { state: 'disconnected' } as const;
  await own.inTenant((trx) => trx.updateTable('connection').set(gone).execute());
  for (const id of [whatsapp.systemUserId]) await control('graph', 'POST', `/tokens/${id}/restore`, {});
});

const usable = '/v1/connections?state=connected,degraded&limit=100';

/** What became of the grant at the network, once its process has told the network. */
async function disconnect(id: ConnectionId): Promise<Revocation> {
  const { status } = await own.as('giulia', 'POST', `/v1/connections/${id}/disconnect`);
  expect(status).toBe(200);
  return revoked(id);
}

function revoked(id: ConnectionId): Promise<Revocation> {
  const ending = async () => {
    const { revocation } = (await own.as('giulia', 'GET', `/v1/connections/${id}`)).body;
    return revocation === 'pending' ? null : revocation;
  };
  return eventually('the network was told', ending, { withinMs: 30_000 });
}

function secretsOf(id: ConnectionId) {
  return own.inTenant((trx) =>
    trx.selectFrom('connection_secret').select('connection_id').where('connection_id', '=', id).execute(),
  );
}

async function keyFile(): Promise<string> {
  const { google } = simulatorAddresses(testStack());
  return (await fetch(`${google?.url}/service-account-key.json`)).text();
}
