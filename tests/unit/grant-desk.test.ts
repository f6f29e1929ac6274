import { expect, test } from 'vitest';
import { grantDeskWith } from '../../src/bin/grant-desk.ts';
import type { Connectors } from '../../src/channels/registry.ts';
import { seedApps } from '../support/apps.ts';
import { ChannelError, type ChannelErrorFacts } from '../../src/channels/channel.ts';
import type { ConsentConnector, GrantedPage } from '../../src/channels/connector.ts';
import { grantOf } from '../support/connectors.ts';

const way = { network: 'facebook', kind: 'facebook_login' } as const;
const request = { code: 'c', codeVerifier: null, redirectUri: 'https://api.test/back', named: ['a'] };
const provider = { status: 400, code: '100', message: 'This authorization code has been used.' };

test('a code brings the grant, who gave it, and what it reaches, within one deadline', async () => {
  const { signal } = new AbortController();
  const seen: unknown[] = [];
  const page: GrantedPage = {
    externalId: '1',
    name: 'P',
    pictureUrl: null,
    accessToken: null,
    details: {},
    refusal: null,
  };
  const person = { externalId: '2', name: 'Chiara', pictureUrl: null };
  const outcome = await deskOf({
    exchangeCode: (sent, call) => (seen.push(sent, call?.signal), Promise.resolve(grantOf('t'))),
    adminProfile: (grant, call) => (seen.push(grant.accessToken, call?.signal), Promise.resolve(person)),
    listPages: (_grant, named, call) => (seen.push(named, call?.signal), Promise.resolve([page])),
  }).redeem(way, request, signal);
  expect(outcome).toEqual({ kind: 'granted', grant: grantOf('t'), profile: person, pages: [page] });
  const { named, ...exchange } = request;
  expect(seen).toEqual([exchange, signal, 't', signal, named, signal]);
});

test.each<[string, ChannelErrorFacts, 'refused' | 'trouble']>([
  ['a refusal', { class: 'content_refused', mayHaveActed: false, provider }, 'refused'],
  ['a refusal that nobody has documented', { class: 'unknown', mayHaveActed: true, provider }, 'refused'],
  ['an app that is not configured', { class: 'unknown', mayHaveActed: false }, 'refused'],
  ['throttling', { class: 'retry_later', mayHaveActed: false, provider }, 'trouble'],
  ['a server error', { class: 'unknown', mayHaveActed: true, provider: { ...provider, status: 502 } }, 'trouble'],
  ['an answer that never came', { class: 'unknown', mayHaveActed: true }, 'trouble'],
])('%s is not taken for something else', async (_what, facts, kind) => {
  const desk = deskOf({ exchangeCode: () => Promise.reject(new ChannelError('no', facts)) });
  const outcome = await desk.redeem(way, request, AbortSignal.timeout(1_000));
  expect(outcome).toEqual({
    kind,
    providerStatus: facts.provider?.status ?? null,
    providerCode: facts.provider?.code ?? null,
    providerMessage: facts.provider?.message ?? null,
  });
});

test('without an app there is no consent page; without a connector there is no way', () => {
  const desk = deskOf({
    authorizationUrl: () => {
      throw new ChannelError('no app', { class: 'unknown', mayHaveActed: false });
    },
  });
  const asked = { redirectUri: request.redirectUri, state: 's', codeChallenge: null };
  expect(desk.consentUrl(way, asked)).toBeNull();
  expect(desk.offer('facebook', 'facebook_login')).toEqual({
    way: 'consent',
    pkce: true,
    refreshes: false,
    watches: false,
    revocable: false,
    configured: true,
  });
  expect(desk.offer('telegram', 'bot_token')).toBeNull();
});

test('what is no answer of a network is not taken for one', async () => {
  const desk = deskOf({ exchangeCode: () => Promise.reject(new TypeError('a mistake of ours')) });
  await expect(desk.redeem(way, request, AbortSignal.timeout(1_000))).rejects.toThrow('a mistake of ours');
});

function deskOf(methods: Partial<ConsentConnector>) {
  const unasked = () => Promise.reject(new Error('nobody asks this'));
  const connector: ConsentConnector = {
    network: way.network,
    kind: way.kind,
    way: 'consent',
    pkce: true,
    authorizationUrl: () => 'https://network.test',
    exchangeCode: unasked,
    adminProfile: unasked,
    listPages: unasked,
    probe: unasked,
    grantedScopes: unasked,
    refresh: null,
    revoke: null,
    watch: null,
    ...methods,
  };
  const connectors: Connectors = (network, kind) => (network === way.network && kind === way.kind ? connector : null);
  return grantDeskWith(connectors, seedApps);
}
