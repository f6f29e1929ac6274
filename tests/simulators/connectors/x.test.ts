import { expect } from 'vitest';
import { x } from '../../../simulators/x/network.ts';
import { xAccounts } from '../../../simulators/x/seeds.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { seedApps } from '../../support/apps.ts';
import { describeConnector } from './connector-row.ts';
import { held, oneNetwork, redirectUri, refusalOf, renewed } from './one-network.ts';

const [aurora, support] = xAccounts;
const asked = scopesOf('x', 'oauth');
const everyScope = asked.map(({ scope }) => scope);

const gone = { class: 'disconnected', grantProblem: 'gone' };
/** X has the same words for a refresh token that is spent, revoked or unknown. */
const tokenInvalid = {
  status: 400,
  code: 'invalid_request',
  message: 'Value passed for the token was invalid.',
};
const unauthorized = { status: 401, code: null, message: 'Unauthorized' };

describeConnector({
  network: 'x',
  kind: 'oauth',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await onX();
      const url = new URL(connector.authorizationUrl({ redirectUri, state: 's', codeChallenge: 'c' }));
      expect(Object.fromEntries(url.searchParams)).toEqual({
        response_type: 'code',
        client_id: seedApps.x.id,
        redirect_uri: redirectUri,
        scope: everyScope.join(' '),
        state: 's',
        code_challenge: 'c',
        code_challenge_method: 'S256',
      });
      expect(Object.fromEntries(await visit({ deny: true }))).toEqual({
        error: 'access_denied',
        state: 'state-of-the-test',
      });

      const code = (await visit()).get('code') ?? '';
      expect((await refusalOf(exchange(code, { codeVerifier: 'of-somebody-else' }))).said).toEqual({
        status: 400,
        code: 'invalid_request',
        message: 'Value passed for the code verifier did not match the code challenge.',
      });
      expect((await refusalOf(exchange(code, { redirectUri: `${redirectUri}/` }))).said).toMatchObject({
        message: 'Value passed for the redirect uri did not match the uri of the authorization code.',
      });
      const before = Date.now();
      const grant = await exchange(code);
      expect(grant).toMatchObject({ refreshToken: expect.any(String), consentExpiresAt: null, scopes: everyScope });
      expect(grant.expiresAt).toBeGreaterThanOrEqual(before + 7_200_000);
      expect(await connector.adminProfile(grant)).toMatchObject({ externalId: aurora.externalId, name: aurora.name });

      const { said, meaning } = await refusalOf(exchange(code));
      expect(said).toMatchObject({ message: 'Value passed for the authorization code was invalid.' });
      expect(meaning).toEqual({ class: 'unknown', grantProblem: null });
    },

    'list pages': async () => {
      const { connector, consent, simulator } = await onX();
      expect(await connector.listPages(await consent({ person: support.externalId }), [])).toEqual([
        {
          externalId: support.externalId,
          name: support.name,
          pictureUrl: `${simulator.url}/_picture.png`,
          accessToken: null,
          // X does not tell a company's account from a person's, so that nothing is refused.
          details: { username: support.username, verifiedType: 'none' },
          refusal: null,
        },
      ]);
    },

    // X's page lets nobody untick a permission: a grant has less than we ask for if it is older than what we ask.
    'partial scopes': async () => {
      const { connector, consent } = await onX();
      const older = await consent({}, (url) => url.searchParams.set('scope', 'tweet.read users.read tweet.write'));
      expect(older).toMatchObject({ scopes: ['tweet.read', 'users.read', 'tweet.write'], refreshToken: null });
      const missing = missingScopes(asked, older.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toContain('media.write');
      expect(lostFeatures(asked, missing)).toEqual(['pages', 'publish', 'reply', 'message', 'insights']);
      expect(await connector.probe(held(older, page))).toMatchObject({ name: aurora.name });
      expect((await refusalOf(renewed(connector, held(older, page)))).meaning).toEqual(gone);
    },

    refresh: async () => {
      const { connector, consent, control } = await onX();
      await control('/settings', { json: { accessTokenLifetimeMs: 1 } });
      const grant = await consent();
      const lapsed = await refusalOf(connector.probe(held(grant, page)));
      expect(lapsed.said).toEqual(unauthorized);
      expect(lapsed.meaning).toEqual({ class: 'refresh_token', grantProblem: 'gone' });

      await control('/settings', { json: { accessTokenLifetimeMs: null } });
      const fresh = await renewed(connector, held(grant, page));
      expect(fresh.scopes).toEqual(everyScope);
      expect(await connector.probe(held(fresh, page))).toMatchObject({ name: aurora.name });
    },

    rotation: async () => {
      const { connector, consent } = await onX();
      const first = await consent();
      const second = await renewed(connector, held(first, page));
      expect(second.refreshToken).not.toBe(first.refreshToken);

      const again = await refusalOf(renewed(connector, held(first, page)));
      expect(again.said).toEqual(tokenInvalid);
      expect(again.meaning).toEqual(gone);
      // Whoever came second had stolen it, or was robbed: X ends what the first one got.
      expect((await refusalOf(connector.probe(held(second, page)))).said).toEqual(unauthorized);
      expect((await refusalOf(renewed(connector, held(second, page)))).said).toEqual(tokenInvalid);
    },

    revoked: async () => {
      const { connector, consent, control } = await onX();
      const grant = await consent();
      const { body } = await control(`/people/${aurora.externalId}/revoke`, { method: 'POST' });
      expect(body).toEqual({ revoked: 1, told: [] });
      expect((await refusalOf(connector.probe(held(grant, page)))).said).toEqual(unauthorized);
      const refused = await refusalOf(renewed(connector, held(grant, page)));
      expect(refused.said).toEqual(tokenInvalid);
      expect(refused.meaning).toEqual(gone);
      expect(await connector.probe(held(await consent(), page))).toMatchObject({ name: aurora.name });
    },

    'permission lost': async () => {
      const { connector, consent, control } = await onX();
      const grant = await consent();
      await control(`/tokens/${aurora.externalId}/withdraw`, { json: { scopes: ['tweet.read'] } });
      const lost = await refusalOf(connector.probe(held(grant, page)));
      expect(lost.said).toEqual({ status: 403, code: null, message: 'Forbidden' });
      expect(lost.meaning).toEqual({ class: 'refresh_token', grantProblem: 'permission' });

      // The same status about our app is nothing that a person could mend.
      await fault(control, { status: 403, body: notEnrolled });
      const enrolment = await refusalOf(connector.probe(held(grant, page)));
      expect(enrolment.said).toMatchObject({ status: 403, code: 'client-forbidden' });
      expect(enrolment.meaning).toEqual({ class: 'unknown', grantProblem: null });
    },

    throttled: async () => {
      const { connector, consent, control } = await onX();
      const grant = await consent();
      await fault(control, { status: 429 });
      const { said, meaning, retryAfterMs } = await refusalOf(connector.probe(held(grant, page)));
      expect(said).toEqual({ status: 429, code: null, message: 'Too Many Requests' });
      expect(meaning).toEqual({ class: 'retry_later', grantProblem: null });
      // Until the end of the window, by X's own header.
      expect(retryAfterMs).toBeGreaterThanOrEqual(0);
      expect(retryAfterMs).toBeLessThanOrEqual(15 * 60_000);

      await fault(control, { status: 429, body: usageCapped });
      const capped = await refusalOf(connector.probe(held(grant, page)));
      expect(capped.said).toMatchObject({ code: 'usage-capped' });
      expect(capped.retryAfterMs).toBeNull();
    },

    '5xx': async () => {
      const { connector, consent, control } = await onX();
      const grant = await consent();
      await fault(control, { status: 503, times: 3 });
      const trouble = await refusalOf(connector.probe(held(grant, page)));
      expect(trouble.said).toEqual({ status: 503, code: null, message: 'Service Unavailable' });
      expect(trouble.meaning).toEqual({ class: 'retry_later', grantProblem: null });
      expect(await connector.probe(held(grant, page))).toMatchObject({ name: aurora.name });

      // A refresh is sent once: afterwards nobody knows whether the token is spent.
      await control('/faults', { json: { match: { operation: 'x.oauth.token' }, action: 'lose_answer' } });
      const open = await refusalOf(renewed(connector, held(grant, page)));
      expect(open.meaning).toEqual({ class: 'unknown', grantProblem: null });
      expect(open.mayHaveActed).toBe(true);
      const sent = await control('/requests?operation=x.oauth.token&state=unanswered');
      expect(sent.body).toHaveLength(1);
    },

    'wrong page on reconnect': async () => {
      const { connector, consent } = await onX();
      const pages = await connector.listPages(await consent({ person: support.externalId }), []);
      expect(matchPage(page, pages)).toEqual({ kind: 'other', expected: aurora.name, found: [support.name] });
      expect(matchPage(page, await connector.listPages(await consent(), []))).toMatchObject({ kind: 'same' });
    },

    disconnect: async () => {
      const { connector, consent, control } = await onX();
      const grant = await consent();
      await connector.revoke?.(held(grant, page));
      expect((await control('/requests?operation=x.oauth.revoke')).body).toHaveLength(2);
      expect((await refusalOf(connector.probe(held(grant, page)))).said).toEqual(unauthorized);
      expect((await refusalOf(renewed(connector, held(grant, page)))).said).toEqual(tokenInvalid);
      // X knows the token no more, which is what was wanted.
      await connector.revoke?.(held(grant, page));
    },
  },
});

const page = { externalId: aurora.externalId, name: aurora.name, accessToken: null, details: {} };

const notEnrolled = {
  client_id: '29000001',
  detail: 'When authenticating requests to the X API v2 endpoints, you must use keys and tokens from a developer App.',
  reason: 'client-not-enrolled',
  title: 'Client Forbidden',
  type: 'https://api.x.com/2/problems/client-forbidden',
};

const usageCapped = {
  detail: 'Usage cap exceeded: Monthly product cap',
  title: 'UsageCapExceeded',
  type: 'https://api.x.com/2/problems/usage-capped',
};

const onX = () => oneNetwork({ simulated: x, network: 'x', kind: 'oauth' });

async function fault(control: Awaited<ReturnType<typeof onX>>['control'], answer: object): Promise<void> {
  await control('/faults', { json: { match: { operation: 'x.user.me' }, action: 'status', ...answer } });
}
