import { expect } from 'vitest';
import { google } from '../../../simulators/google/network.ts';
import { googlePeople } from '../../../simulators/google/seeds.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import type { GrantedPage } from '../../../src/channels/connector.ts';
import { matchPage } from '../../../src/domain/authorization.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import type { Cell, Situation } from './connector-row.ts';
import { held, oneNetwork, redirectUri, refusalOf, renewed } from './one-network.ts';

/** One of Google's networks, with a page of Chiara's and one of Paolo's. */
export interface GoogleRow {
  readonly network: 'youtube' | 'google_business' | 'google_play' | 'gmail';
  /** Chiara's, as it is listed. */
  readonly page: Pick<GrantedPage, 'externalId' | 'name' | 'details'>;
  /** Paolo's, as it is listed. */
  readonly other: Pick<GrantedPage, 'externalId' | 'name' | 'details'>;
  /** What is typed so that both are listed, where nothing is listed of its own accord. */
  readonly named?: readonly string[];
  /** The network's API says so in the older form of Google's errors, with a reason. */
  readonly saysReasons: boolean;
}

const { chiara, paolo } = googlePeople;

export const identityScopes = [
  'openid',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
] as const;

export const scopeMissing = {
  said: {
    status: 403,
    code: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    message: 'Request had insufficient authentication scopes.',
  },
  meaning: { class: 'refresh_token', grantProblem: 'permission' },
} as const;

const revoked = {
  said: { status: 400, code: 'invalid_grant', message: 'Token has been expired or revoked.' },
  meaning: { class: 'disconnected', grantProblem: 'gone' },
} as const;

/** A Google of its own, and the connector of one of its networks. */
export const googleAs = ({ network }: Pick<GoogleRow, 'network'>, settings: Partial<Settings> = {}) =>
  oneNetwork({ simulated: google, network, kind: 'oauth' }, settings);

/** A page as if it were chosen. */
export const chosen = (page: GoogleRow['page']) => ({ ...page, accessToken: null });

type Shared = Exclude<Situation, 'list pages' | 'partial scopes' | 'permission lost' | 'throttled'>;

/** What is the same on all of Google's networks, asserted on each. */
export function googleCells(row: GoogleRow): Readonly<Record<Shared, Cell>> {
  const page = chosen(row.page);
  const tokenRefused = {
    said: {
      status: 401,
      code: row.saysReasons ? 'authError' : 'UNAUTHENTICATED',
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
        'authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    },
    meaning: { class: 'refresh_token', grantProblem: 'gone' },
  };
  const unavailable = {
    said: {
      status: 503,
      code: 'backendError',
      message: 'The service is currently unavailable.',
    },
    meaning: { class: 'retry_later', grantProblem: null },
  };

  return {
    connect: async () => {
      const { connector, visit, exchange, simulator } = await googleAs(row);
      const back = await visit({ person: chiara.sub });
      expect(back.get('state')).toBe('state-of-the-test');
      const grant = await exchange(back.get('code') ?? '');
      expect(grant).toMatchObject({ refreshToken: expect.any(String), consentExpiresAt: null });
      expect(grant.scopes).toEqual([...identityScopes, ...scopesOf(row.network, 'oauth').map(({ scope }) => scope)]);
      const pictureUrl = `${simulator.url}/_picture.png`;
      expect(await connector.adminProfile(grant)).toEqual({ externalId: chiara.sub, name: 'Chiara Ferri', pictureUrl });

      expect((await visit({ deny: true })).get('error')).toBe('access_denied');
      const refusalOfCode = async (...[code, change]: Parameters<typeof exchange>) =>
        (await refusalOf(exchange(code, change))).said;
      const badRequest = { status: 400, code: 'invalid_grant', message: 'Bad Request' };
      expect(await refusalOfCode(back.get('code') ?? '')).toEqual(badRequest);
      const code = (await visit()).get('code') ?? '';
      // A code that somebody else's browser obtained does not fit our verifier.
      expect(await refusalOfCode(code, { codeVerifier: 'another-browsers-verifier' })).toEqual({
        ...badRequest,
        message: 'Invalid code verifier.',
      });
      expect(await refusalOfCode(code, { redirectUri: `${redirectUri}/` })).toEqual({
        ...badRequest,
        code: 'redirect_uri_mismatch',
      });
    },
    refresh: async () => {
      const { connector, consent, control } = await googleAs(row, { accessTokenLifetimeMs: 1 });
      const grant = await consent({ person: chiara.sub });
      await control('/settings', { json: { accessTokenLifetimeMs: null } });
      expect(await refusalOf(connector.probe(held(grant, page)))).toMatchObject(tokenRefused);
      const before = Date.now();
      const fresh = await renewed(connector, held(grant, page));
      expect(fresh).toMatchObject({ refreshToken: grant.refreshToken, scopes: grant.scopes });
      expect(fresh.expiresAt).toBeGreaterThanOrEqual(before + 3_599_000);
      expect(await connector.probe(held(fresh, page))).toMatchObject({ name: row.page.name });
    },
    rotation: async () => {
      const { connector, consent } = await googleAs(row);
      const grant = await consent({ person: chiara.sub });
      const renew = () => renewed(connector, held(grant, page));
      // The refresh token stays the same and may be used by two at once; both get a token that is good.
      const both = await Promise.all([renew(), renew()]);
      expect(both.map(({ refreshToken }) => refreshToken)).toEqual([grant.refreshToken, grant.refreshToken]);
      for (const fresh of both) {
        expect(await connector.probe(held(fresh, page))).toMatchObject({ name: row.page.name });
      }
      expect(new Set([grant, ...both].map(({ accessToken }) => accessToken)).size).toBe(3);
    },
    revoked: async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), page);
      await control(`/tokens/${chiara.sub}/revoke`, { json: { as: 'revoked' } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject(tokenRefused);
      expect(await refusalOf(renewed(connector, grant))).toMatchObject(revoked);
      // Half a day later Google has forgotten the token, and says less.
      expect(await refusalOf(renewed(connector, { ...grant, refreshToken: '1//forgotten' }))).toMatchObject({
        said: { status: 400, code: 'invalid_grant', message: 'Bad Request' },
        meaning: revoked.meaning,
      });
    },
    '5xx': async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = await consent({ person: chiara.sub });
      // Each call is tried three times.
      await control('/faults', { json: { match: {}, action: 'status', status: 503, times: 6 } });
      expect(await refusalOf(connector.probe(held(grant, page)))).toMatchObject(unavailable);
      expect(await refusalOf(renewed(connector, held(grant, page)))).toMatchObject(unavailable);
      const fresh = await renewed(connector, held(grant, page));
      expect(await connector.probe(held(fresh, page))).toMatchObject({ name: row.page.name });
    },
    'wrong page on reconnect': async () => {
      const { connector, consent } = await googleAs(row);
      const named = row.named ?? [];
      const own = await connector.listPages(await consent({ person: chiara.sub }), named);
      expect(matchPage(row.page, own)).toMatchObject({ kind: 'same', page: { name: row.page.name } });
      const others = await connector.listPages(await consent({ person: paolo.sub }), named);
      const found = others.filter(({ refusal }) => refusal === null);
      expect(matchPage(row.page, found)).toEqual({ kind: 'other', expected: row.page.name, found: [row.other.name] });
    },
    disconnect: async () => {
      const { connector, consent } = await googleAs(row);
      const [first, second] = [await consent({ person: chiara.sub }), await consent({ person: chiara.sub })];
      const others = await consent({ person: paolo.sub });
      await connector.revoke?.(held(first, page));
      // All that the person has granted us is gone with it, and nothing of anybody else.
      expect(await refusalOf(renewed(connector, held(second, page)))).toMatchObject(revoked);
      expect(await connector.probe(held(others, chosen(row.other)))).toMatchObject({ name: row.other.name });
      // Taking back what is gone is success.
      await connector.revoke?.(held(first, page));
    },
  };
}
