import { expect } from 'vitest';
import { linkedin } from '../../../simulators/linkedin/network.ts';
import { seedTenants } from '../../../simulators/seed.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { seedApps } from '../../support/apps.ts';
import { describeConnector } from './connector-row.ts';
import { held, oneNetwork, redirectUri, refusalOf, renewed } from './one-network.ts';

const [aurora, lariana] = seedTenants;
const [organisation, second] = aurora.linkedin;
const member = aurora.linkedinPerson;
const asked = scopesOf('linkedin', 'oauth');
const everyScope = asked.map(({ scope }) => scope);
const dayMs = 86_400_000;

const page = { externalId: organisation.externalId, name: organisation.name, accessToken: null, details: {} };
const notListed = { accessToken: null, pictureUrl: null, details: {} };
const retryLater = { class: 'retry_later', grantProblem: null };

describeConnector({
  network: 'linkedin',
  kind: 'oauth',
  cells: {
    connect: async () => {
      const { connector, visit, exchange } = await onLinkedin();
      const url = new URL(connector.authorizationUrl({ redirectUri, state: 's', codeChallenge: null }));
      expect(Object.fromEntries(url.searchParams)).toEqual({
        response_type: 'code',
        client_id: seedApps.linkedin.id,
        redirect_uri: redirectUri,
        state: 's',
        scope: everyScope.join(' '),
      });
      expect(Object.fromEntries(await visit({ deny: true }))).toEqual({
        error: 'user_cancelled_authorize',
        error_description: 'The user cancelled the authorization',
        state: 'state-of-the-test',
      });

      const code = (await visit()).get('code') ?? '';
      const elsewhere = await refusalOf(exchange(code, { redirectUri: `${redirectUri}/` }));
      expect(elsewhere.said).toEqual({ status: 400, code: 'invalid_request', message: expect.any(String) });
      const before = Date.now();
      const grant = await exchange(code);
      expect(grant).toMatchObject({ refreshToken: expect.any(String), scopes: everyScope });
      expect((grant.expiresAt ?? 0) - before).toBeGreaterThanOrEqual(60 * dayMs - 1000);
      expect((grant.consentExpiresAt ?? 0) - before).toBeGreaterThanOrEqual(365 * dayMs - 1000);
      expect(await connector.adminProfile(grant)).toEqual({
        externalId: member.externalId,
        name: member.name,
        pictureUrl: null,
      });

      const { said, meaning } = await refusalOf(exchange(code));
      expect(said?.message).toContain('authorization code expired');
      expect(meaning).toEqual({ class: 'unknown', grantProblem: null });
    },

    'list pages': async () => {
      const { connector, consent, control } = await onLinkedin();
      await control('/settings', { json: { listPageSize: 1 } });
      expect(await connector.listPages(await consent(), [])).toEqual([
        { externalId: organisation.externalId, name: organisation.name, refusal: null, ...notListed },
        { externalId: second?.externalId, name: second?.name, refusal: null, ...notListed },
        { externalId: '10109001', name: 'Fondazione Aurora', refusal: 'role_missing', ...notListed },
        { externalId: member.externalId, name: member.name, refusal: 'personal_profile', ...notListed },
      ]);
      expect((await control('/requests?operation=linkedin.acl.list')).body).toHaveLength(3);
    },

    // LinkedIn's page lets nobody untick a permission: a grant has less than we ask for if it is older than what we ask.
    'partial scopes': async () => {
      const { connector, consent, visit } = await onLinkedin();
      const older = await consent({}, (url) => {
        url.searchParams.set('scope', 'r_basicprofile rw_organization_admin w_organization_social');
      });
      const scopes = await connector.grantedScopes(held(older, page));
      expect(scopes).toEqual(older.scopes);
      const missing = missingScopes(asked, scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual(['r_organization_social']);
      expect(lostFeatures(asked, missing)).toEqual(['import']);

      // What the app itself may not ask for is put to nobody.
      const beyond = await visit({}, (url) => url.searchParams.set('scope', 'r_organization_social r_ads'));
      expect(Object.fromEntries(beyond)).toEqual({
        error: 'unauthorized_scope_error',
        error_description: 'Scope &quot;r_ads&quot; is not authorized for your application',
        state: 'state-of-the-test',
      });
    },

    refresh: async () => {
      const { connector, consent, control } = await onLinkedin();
      await control('/settings', { json: { accessTokenLifetimeMs: 1, refreshTokenLifetimeMs: 5 * dayMs } });
      const grant = await consent();
      const lapsed = await refusalOf(connector.probe(held(grant, page)));
      expect(lapsed.said).toEqual({
        status: 401,
        code: 'EXPIRED_ACCESS_TOKEN',
        message: 'The token used in the request has expired',
      });
      expect(lapsed.meaning).toEqual({ class: 'refresh_token', grantProblem: 'gone' });
      expect((await refusalOf(connector.grantedScopes(held(grant, page)))).said).toMatchObject({ code: 'expired' });

      await control('/settings', { json: { accessTokenLifetimeMs: null } });
      const fresh = await renewed(connector, held(grant, page));
      expect(fresh.refreshToken).toBe(grant.refreshToken);
      // The consent keeps its end, and no access token outlives it.
      expect(Math.abs((fresh.consentExpiresAt ?? 0) - (grant.consentExpiresAt ?? 0))).toBeLessThan(5_000);
      expect(fresh.expiresAt ?? 0).toBeLessThanOrEqual((fresh.consentExpiresAt ?? 0) + 1_000);
      expect(await connector.probe(held(fresh, page))).toMatchObject({ name: organisation.name });
    },

    // The refresh token stays the same until its own end, a year after the consent, and may be used by two at once.
    rotation: async () => {
      const { connector, consent } = await onLinkedin();
      const grant = await consent();
      const renew = () => renewed(connector, held(grant, page));
      const both = await Promise.all([renew(), renew()]);
      expect(both.map(({ refreshToken }) => refreshToken)).toEqual([grant.refreshToken, grant.refreshToken]);
      for (const fresh of both) {
        expect(await connector.probe(held(fresh, page))).toMatchObject({ name: organisation.name });
      }
    },

    revoked: async () => {
      const { connector, consent, control } = await onLinkedin();
      const grant = await consent();
      await control(`/people/${member.externalId}/revoke`, { method: 'POST' });
      const refused = await refusalOf(connector.probe(held(grant, page)));
      expect(refused.said).toEqual({
        status: 401,
        code: 'REVOKED_ACCESS_TOKEN',
        message: 'The token used in the request has been revoked by the user',
      });
      // LinkedIn says it of new tokens, too: whether the grant is gone shows when it is renewed.
      expect(refused.meaning).toEqual({ class: 'refresh_token', grantProblem: 'gone' });
      const dead = await refusalOf(renewed(connector, held(grant, page)));
      expect(dead.said).toEqual({
        status: 400,
        code: 'invalid_grant',
        message: 'The provided authorization grant or refresh token is invalid, expired or revoked.',
      });
      expect(dead.meaning).toEqual({ class: 'disconnected', grantProblem: 'gone' });
      const introspected = await refusalOf(connector.grantedScopes(held(grant, page)));
      expect(introspected.said).toEqual({ status: 200, code: 'revoked', message: null });
      expect(introspected.meaning).toEqual({ class: 'refresh_token', grantProblem: 'gone' });
      // Not every app is given refresh tokens: without one there is nobody to ask.
      const withoutRefresh = await refusalOf(renewed(connector, { ...held(grant, page), refreshToken: null }));
      expect(withoutRefresh).toMatchObject({ said: null, meaning: { class: 'disconnected', grantProblem: 'gone' } });
      expect(await connector.probe(held(await consent(), page))).toMatchObject({ name: organisation.name });
    },

    'permission lost': async () => {
      const { connector, consent, control } = await onLinkedin();
      const grant = await consent();
      await control(`/tokens/${member.externalId}/withdraw`, { json: { scopes: ['rw_organization_admin'] } });
      const lost = await refusalOf(connector.probe(held(grant, page)));
      expect(lost.said).toEqual({
        status: 403,
        code: 'ACCESS_DENIED',
        message: 'Not enough permissions to access: GET /rest/organizationAcls',
      });
      expect(lost.meaning).toEqual({ class: 'refresh_token', grantProblem: 'permission' });
      const left = (await connector.grantedScopes(held(grant, page))) ?? [];
      expect(missingScopes(asked, left).map(({ scope }) => scope)).toEqual(['rw_organization_admin']);

      // The role on one page, with every permission left: LinkedIn lists the page no more.
      await control(`/tokens/${member.externalId}/withdraw`, { json: { scopes: [] } });
      const role = await refusalOf(connector.probe({ ...held(grant, page), externalId: '10109001' }));
      expect(role.meaning).toEqual({ class: 'refresh_token', grantProblem: 'permission' });
    },

    throttled: async () => {
      const { connector, consent, control } = await onLinkedin();
      const grant = await consent();
      await control('/settings', { json: { dailyCallLimit: 0 } });
      const { said, meaning } = await refusalOf(connector.probe(held(grant, page)));
      expect(said).toEqual({
        status: 429,
        code: 'TOO_MANY_REQUESTS',
        message: 'Resource level throttle MEMBER DAY limit for calls to this resource is reached.',
      });
      expect(meaning).toEqual(retryLater);
    },

    '5xx': async () => {
      const { connector, consent, control } = await onLinkedin();
      const grant = await consent();
      const broken = { match: { operation: 'linkedin.acl.list' }, action: 'status', status: 500 };
      await control('/faults', { json: broken });
      const trouble = await refusalOf(connector.probe(held(grant, page)));
      expect(trouble.said).toEqual({ status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal Server Error' });
      expect(trouble.meaning).toEqual(retryLater);
      expect(await connector.probe(held(grant, page))).toMatchObject({ name: organisation.name });

      await control('/faults', { json: { ...broken, match: { operation: 'linkedin.oauth.token' } } });
      expect((await refusalOf(renewed(connector, held(grant, page)))).meaning).toEqual({
        class: 'unknown',
        grantProblem: null,
      });
      // Nothing is spent: the refresh token is good for as often as is needed.
      expect(await renewed(connector, held(grant, page))).toMatchObject({ refreshToken: grant.refreshToken });
    },

    'wrong page on reconnect': async () => {
      const { connector, consent } = await onLinkedin();
      const other = await consent({ person: lariana.linkedinPerson.externalId });
      const [found] = lariana.linkedin;
      expect(matchPage(page, await connector.listPages(other, []))).toEqual({
        kind: 'other',
        expected: organisation.name,
        found: [found.name, lariana.linkedinPerson.name],
      });
      expect(matchPage(page, await connector.listPages(await consent(), []))).toMatchObject({ kind: 'same' });
    },

    disconnect: async () => {
      const { connector, consent, control } = await onLinkedin();
      const grant = await consent();
      await connector.revoke?.(held(grant, page));
      expect((await control('/requests?operation=linkedin.oauth.revoke')).body).toHaveLength(2);
      // LinkedIn forgets a token that was given back.
      expect((await refusalOf(connector.probe(held(grant, page)))).said).toMatchObject({ status: 401 });
      expect((await refusalOf(renewed(connector, held(grant, page)))).said).toMatchObject({ code: 'invalid_grant' });
      await connector.revoke?.(held(grant, page));
    },
  },
});

const onLinkedin = () => oneNetwork({ simulated: linkedin, network: 'linkedin', kind: 'oauth' });
