import { expect } from 'vitest';
import { resourceExhausted } from '../../../simulators/google/errors.ts';
import { googlePeople } from '../../../simulators/google/seeds.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { chosen, googleAs, googleCells, type GoogleRow, scopeMissing } from './google-cells.ts';
import { held, refusalOf } from './one-network.ts';

const row: GoogleRow = {
  network: 'google_business',
  page: {
    externalId: '1010000000000001',
    name: 'Mercato Aurora',
    details: { account: 'accounts/101000000000000000001', address: 'Via Roma 1, Milano' },
  },
  other: {
    externalId: '1020000000000001',
    name: 'Banca Lariana',
    details: { account: 'accounts/102000000000000000010', address: 'Piazza Cavour 3, Como' },
  },
  saysReasons: false,
};
const asked = scopesOf('google_business', 'oauth');
const manage = 'https://www.googleapis.com/auth/business.manage';
const { chiara, paolo } = googlePeople;

describeConnector({
  network: 'google_business',
  kind: 'oauth',
  cells: {
    ...googleCells(row),
    'list pages': async () => {
      const { connector, consent } = await googleAs(row);
      const pages = await connector.listPages(await consent({ person: chiara.sub }), []);
      // Two sheets of a group, and one location that is also her own: each is listed once.
      expect(pages).toHaveLength(104);
      expect(new Set(pages.map(({ externalId }) => externalId)).size).toBe(104);
      expect(pages[0]).toEqual({ ...row.page, pictureUrl: null, accessToken: null, refusal: null });
      expect(pages.filter(({ refusal }) => refusal !== null)).toEqual([
        {
          externalId: '1010000000000002',
          name: 'Mercato Aurora',
          pictureUrl: null,
          accessToken: null,
          details: { account: 'accounts/101000000000000000010', address: 'Via Roma 2, Torino' },
          // Google has not yet seen that the place is theirs.
          refusal: 'not_eligible',
        },
      ]);
    },
    'partial scopes': async () => {
      const { connector, consent } = await googleAs(row);
      const grant = await consent({ person: chiara.sub, without: [manage] });
      const missing = missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual([manage]);
      // There is only one permission, so nothing works without it.
      expect(lostFeatures(asked, missing)).toContain('pages');
      expect(await refusalOf(connector.listPages(grant, []))).toMatchObject(scopeMissing);
    },
    'permission lost': async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      await control(`/tokens/${chiara.sub}/revoke`, { json: { as: 'role_lost' } });
      const denied = {
        said: { status: 403, code: 'PERMISSION_DENIED', message: 'The caller does not have permission' },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      };
      expect(await refusalOf(connector.probe(grant))).toMatchObject(denied);
      // A role is no scope: those are all still there.
      expect(missingScopes(asked, (await connector.grantedScopes(grant)) ?? [])).toEqual([]);

      const others = held(await consent({ person: paolo.sub }), chosen(row.page));
      expect(await refusalOf(connector.probe(others))).toMatchObject(denied);
      expect(await refusalOf(connector.probe({ ...others, externalId: '999' }))).toMatchObject({
        said: { status: 404, code: 'NOT_FOUND', message: 'Requested entity was not found.' },
        meaning: { class: 'disconnected', grantProblem: 'gone' },
      });
    },
    throttled: async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      const throttle = (limit: number) =>
        control('/faults', {
          json: {
            match: { operation: 'business.*' },
            action: 'status',
            status: 429,
            body: resourceExhausted('business', limit),
          },
        });
      await throttle(300);
      const said = {
        status: 429,
        code: 'RATE_LIMIT_EXCEEDED',
        message: expect.stringContaining("Quota exceeded for quota metric 'Requests'"),
      };
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said,
        meaning: { class: 'retry_later', grantProblem: null },
      });
      // A quota of nothing is no throttling: Google has not approved our project.
      await throttle(0);
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said,
        meaning: { class: 'unknown', grantProblem: null },
      });
      expect(await connector.probe(grant)).toMatchObject({ name: 'Mercato Aurora' });
    },
  },
});
