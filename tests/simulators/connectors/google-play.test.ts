import { expect } from 'vitest';
import { googlePeople } from '../../../simulators/google/seeds.ts';
import { missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { chosen, googleAs, googleCells, type GoogleRow, scopeMissing } from './google-cells.ts';
import { held, refusalOf } from './one-network.ts';

const row: GoogleRow = {
  network: 'google_play',
  page: { externalId: 'it.mercatoaurora.app', name: 'it.mercatoaurora.app', details: {} },
  other: { externalId: 'it.bancalariana.mobile', name: 'it.bancalariana.mobile', details: {} },
  named: ['it.mercatoaurora.app', 'it.bancalariana.mobile'],
  saysReasons: true,
};
const asked = scopesOf('google_play', 'oauth');
const publisher = 'https://www.googleapis.com/auth/androidpublisher';
const { chiara } = googlePeople;

describeConnector({
  network: 'google_play',
  kind: 'oauth',
  cells: {
    ...googleCells(row),
    'list pages': async () => {
      const { connector, consent } = await googleAs(row);
      const grant = await consent({ person: chiara.sub });
      expect(await connector.listPages(grant, [])).toEqual([]);
      const named = [
        'it.mercatoaurora.app',
        ' it.mercatoaurora.app',
        'it.bancalariana.mobile',
        'it.nobody',
        '../edits',
      ];
      const page = { pictureUrl: null, accessToken: null, details: {}, refusal: null };
      expect(await connector.listPages(grant, named)).toEqual([
        { ...page, externalId: 'it.mercatoaurora.app', name: 'it.mercatoaurora.app' },
        { ...page, externalId: 'it.bancalariana.mobile', name: 'it.bancalariana.mobile', refusal: 'role_missing' },
        { ...page, externalId: 'it.nobody', name: 'it.nobody', refusal: 'not_eligible' },
        { ...page, externalId: '../edits', name: '../edits', refusal: 'not_eligible' },
      ]);
    },
    'partial scopes': async () => {
      const { connector, consent } = await googleAs(row);
      const grant = await consent({ person: chiara.sub, without: [publisher] });
      expect(missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope)).toEqual([publisher]);
      // It is not the role that is missing, so no app is to blame.
      expect(await refusalOf(connector.listPages(grant, ['it.mercatoaurora.app']))).toMatchObject(scopeMissing);
    },
    'permission lost': async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      await control(`/tokens/${chiara.sub}/revoke`, { json: { as: 'role_lost' } });
      // Google Play says it with the status of a token that is no good.
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: {
          status: 401,
          code: 'permissionDenied',
          message: 'The current user has insufficient permissions to perform the requested operation.',
        },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      });
      expect(missingScopes(asked, (await connector.grantedScopes(grant)) ?? [])).toEqual([]);
      await control(`/tokens/${chiara.sub}/restore`, { method: 'POST' });
      expect(await refusalOf(connector.probe({ ...grant, externalId: 'it.nobody' }))).toMatchObject({
        said: {
          status: 404,
          code: 'applicationNotFound',
          message: 'No application was found for the given package name.',
        },
        meaning: { class: 'disconnected', grantProblem: 'gone' },
      });
    },
    throttled: async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      const headers = { 'retry-after': '120' };
      await control('/faults', { json: { match: { operation: 'play.*' }, action: 'status', status: 429, headers } });
      const { said, meaning, retryAfterMs } = await refusalOf(connector.probe(grant));
      expect(said).toMatchObject({ status: 429, code: 'RATE_LIMIT_EXCEEDED' });
      expect(meaning).toEqual({ class: 'retry_later', grantProblem: null });
      expect(retryAfterMs).toBe(120_000);
      expect(await connector.probe(grant)).toMatchObject({ name: 'it.mercatoaurora.app' });
    },
  },
});
