import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { microsoft } from '../../../simulators/microsoft/network.ts';
import { seedMailUsers } from '../../../simulators/microsoft/seeds.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import type { Grant, HeldGrant } from '../../../src/channels/connector.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { describeConnector } from './connector-row.ts';
import { oneNetwork } from './one-network.ts';

const { aurora, lariana, unlicensed } = seedMailUsers;
const asked = scopesOf('microsoft_mail', 'oauth');

describeConnector({
  network: 'microsoft_mail',
  kind: 'oauth',
  cells: {
    connect: async () => {
      const { connector, consent } = await stage();
      const grant = await consent({ person: aurora.id });
      expect(missingScopes(asked, grant.scopes ?? [])).toEqual([]);
      expect(grant).toMatchObject({ refreshToken: expect.any(String), consentExpiresAt: null });
      const { id: externalId, name } = aurora;
      expect(await connector.adminProfile(grant)).toEqual({ externalId, name, pictureUrl: null });

      const { visit, exchange } = await stage();
      const denied = await visit({ deny: true });
      expect([denied.get('error'), denied.get('error_subcode'), denied.get('state')]).toEqual([
        'access_denied',
        'cancel',
        'state-of-the-test',
      ]);
      const code = (await visit({ person: aurora.id })).get('code') ?? '';
      // A code that somebody else's browser obtained does not fit our verifier.
      expect(await channelErrorOf(exchange(code, { codeVerifier: 'x'.repeat(43) }))).toMatchObject({
        class: 'disconnected',
        provider: { status: 400, code: 'AADSTS501481', message: expect.stringContaining('code_challenge') },
      });
      await exchange(code);
      expect(await channelErrorOf(exchange(code))).toMatchObject({ provider: { status: 400, code: 'AADSTS54005' } });
    },
    'list pages': async () => {
      const { connector, consent } = await stage();
      const mailbox = { externalId: aurora.id, name: aurora.mail, pictureUrl: null, accessToken: null };
      expect(await connector.listPages(await consent({ person: aurora.id }), [])).toEqual([
        { ...mailbox, details: { address: aurora.mail }, refusal: null },
      ]);
      const without = await connector.listPages(await consent({ person: unlicensed.id }), []);
      expect(without).toMatchObject([{ externalId: unlicensed.id, refusal: 'not_eligible' }]);
    },
    // Microsoft asks people for all or nothing.
    'partial scopes': async () => {
      const { consent } = await stage();
      const grant = await consent({ person: aurora.id, without: ['Mail.Send'] });
      expect(missingScopes(asked, grant.scopes ?? [])).toEqual([]);
    },
    refresh: async () => {
      const { connector, consent } = await stage({ accessTokenLifetimeMs: 300 });
      const grant = await consent({ person: aurora.id });
      await new Promise((resolve) => setTimeout(resolve, 350));
      expect(await channelErrorOf(connector.probe(heldBy(grant)))).toMatchObject({
        class: 'refresh_token',
        grantProblem: 'gone',
        provider: {
          status: 401,
          code: 'InvalidAuthenticationToken',
          message: 'Lifetime validation failed, the token is expired.',
        },
      });
      const fresh = await connector.refresh?.(heldBy(grant));
      expect(fresh?.scopes).toEqual(grant.scopes);
      expect(await connector.probe(heldBy(fresh ?? grant))).toEqual({ name: aurora.mail, pictureUrl: null });
    },
    rotation: async () => {
      const { connector, consent } = await stage();
      const grant = await consent({ person: aurora.id });
      const once = await connector.refresh?.(heldBy(grant));
      expect(once?.refreshToken).not.toBe(grant.refreshToken);
      // The old one stays good beside the new one: whoever lost an answer may ask again.
      const again = await connector.refresh?.(heldBy(grant));
      expect(new Set([grant.refreshToken, once?.refreshToken, again?.refreshToken]).size).toBe(3);
    },
    revoked: async () => {
      const { connector, consent, control } = await stage();
      const grant = await consent({ person: aurora.id });
      await control(`/tokens/${aurora.id}/revoke`, { json: { as: 'password_changed' } });
      expect(await channelErrorOf(connector.probe(heldBy(grant)))).toMatchObject({ class: 'refresh_token' });
      expect(await channelErrorOf(connector.refresh?.(heldBy(grant)))).toMatchObject({
        class: 'disconnected',
        grantProblem: 'gone',
        provider: { status: 400, code: 'AADSTS50173', message: expect.stringContaining('due to it being revoked') },
      });
    },
    'permission lost': async () => {
      const { connector, consent, control } = await stage();
      const grant = await consent({ person: aurora.id });
      await control(`/tokens/${aurora.id}/withdraw`, { json: { scopes: ['Mail.ReadWrite'] } });
      expect(await channelErrorOf(connector.probe(heldBy(grant)))).toMatchObject({
        class: 'refresh_token',
        grantProblem: 'permission',
        provider: {
          status: 403,
          code: 'ErrorAccessDenied',
          message: 'Access is denied. Check credentials and try again.',
        },
      });
      const fresh = await connector.refresh?.(heldBy(grant));
      expect(missingScopes(asked, fresh?.scopes ?? []).map(({ scope }) => scope)).toEqual(['Mail.ReadWrite']);

      await control(`/tokens/${aurora.id}/revoke`, { json: { as: 'permission_missing' } });
      expect(await channelErrorOf(connector.refresh?.(heldBy(grant)))).toMatchObject({
        class: 'refresh_token',
        grantProblem: 'permission',
        provider: { status: 400, code: 'AADSTS65001' },
      });
    },
    throttled: async () => {
      const { connector, consent, control } = await stage();
      const grant = await consent({ person: aurora.id });
      const headers = { 'retry-after': '30' };
      await control('/faults', {
        json: { match: { operation: 'microsoft.inbox.read' }, action: 'status', status: 429, times: null, headers },
      });
      expect(await channelErrorOf(connector.probe(heldBy(grant)))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        retryAfterMs: 30_000,
        provider: { status: 429, code: 'TooManyRequests' },
      });
    },
    '5xx': async () => {
      const { connector, consent, control } = await stage();
      const grant = await consent({ person: aurora.id });
      await control('/faults', {
        json: { match: { operation: 'microsoft.inbox.read' }, action: 'status', status: 503, times: null },
      });
      expect(await channelErrorOf(connector.probe(heldBy(grant)))).toMatchObject({
        class: 'retry_later',
        grantProblem: null,
        provider: { status: 503, code: 'ServiceUnavailable' },
      });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await stage();
      const pages = await connector.listPages(await consent({ person: lariana.id }), []);
      expect(matchPage({ externalId: aurora.id, name: aurora.mail }, pages)).toEqual({
        kind: 'other',
        expected: aurora.mail,
        found: [lariana.mail],
      });
    },
    disconnect: { doesNotApply: 'Microsoft offers apps no way to end one grant; the stored tokens are deleted' },
  },
});

it('asks Graph once to tell of mail, and prolongs that when it is asked again', async () => {
  const { connector, consent, simulator } = await stage();
  const held = heldBy(await consent({ person: aurora.id }));
  const wish = { notificationUrl: await receiver((token) => token), secret: 's'.repeat(43) };
  const first = await connector.watch?.(held, wish);
  const second = await connector.watch?.(held, wish);
  expect(second?.id).toBe(first?.id);
  const made = simulator.world.log.list().filter(({ operation }) => operation === 'microsoft.subscription.create');
  expect(made).toHaveLength(1);
  // What another connection of the same mailbox has left behind repeats another secret.
  const other = await connector.watch?.(held, { ...wish, secret: 't'.repeat(43) });
  expect(other?.id).not.toBe(first?.id);
});

it('tells of its subscriptions as Graph does, and forgets one before it says that it is gone', async () => {
  const { connector, consent, simulator } = await stage();
  const grant = await consent({ person: aurora.id });
  const told: unknown[] = [];
  const notificationUrl = await receiver(
    (token) => token,
    (body) => told.push(JSON.parse(body)),
  );
  const watch = await connector.watch?.(heldBy(grant), { notificationUrl, secret: 'ours' });
  const answer = await fetch(`${simulator.control}/people/${aurora.id}/lifecycle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event: 'subscriptionRemoved' }),
  });
  expect(await answer.json()).toEqual({ told: [{ subscriptionId: watch?.id, status: 200 }] });
  expect(told).toMatchObject([
    { value: [{ subscriptionId: watch?.id, clientState: 'ours', lifecycleEvent: 'subscriptionRemoved' }] },
  ]);
  const listed = await fetch(`${simulator.url}/v1.0/subscriptions`, {
    headers: { authorization: `Bearer ${grant.accessToken}` },
  });
  expect(await listed.json()).toEqual({ value: [] });
});

it('is not told of anything at an address that does not answer for itself', async () => {
  const { connector, consent } = await stage();
  const held = heldBy(await consent({ person: aurora.id }));
  const wish = { notificationUrl: await receiver(() => 'something else'), secret: 's' };
  expect(await channelErrorOf(connector.watch?.(held, wish))).toMatchObject({
    class: 'unknown',
    provider: { status: 400, code: 'InvalidRequest' },
  });
});

/** Answers Graph's question whether it is there, and hears what it is told. */
async function receiver(
  answer: (validationToken: string) => string,
  hear: (body: string) => void = () => undefined,
): Promise<string> {
  const server = createServer(async (req, res) => {
    const token = new URL(req.url ?? '/', 'http://localhost').searchParams.get('validationToken');
    const body = await text(req);
    if (token === null) hear(body);
    res.writeHead(200, { 'content-type': 'text/plain' }).end(answer(token ?? ''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const stage = (settings: Partial<Settings> = {}) =>
  oneNetwork({ simulated: microsoft, network: 'microsoft_mail', kind: 'oauth' }, settings);

function heldBy({ accessToken, refreshToken, scopes }: Grant): HeldGrant {
  return { externalId: aurora.id, accessToken, refreshToken, scopes, details: { address: aurora.mail } };
}
