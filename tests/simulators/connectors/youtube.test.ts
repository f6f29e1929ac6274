import { expect } from 'vitest';
import { youtubeQuotaExceeded } from '../../../simulators/google/errors.ts';
import { googlePeople } from '../../../simulators/google/seeds.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { describeConnector } from './connector-row.ts';
import { chosen, googleAs, googleCells, type GoogleRow, scopeMissing } from './google-cells.ts';
import { held, refusalOf } from './one-network.ts';

const row: GoogleRow = {
  network: 'youtube',
  page: { externalId: 'UCaurora000000000000001', name: 'Mercato Aurora', details: {} },
  other: { externalId: 'UClariana00000000000001', name: 'Banca Lariana', details: {} },
  saysReasons: true,
};
const asked = scopesOf('youtube', 'oauth');
const upload = 'https://www.googleapis.com/auth/youtube.upload';
const readers = asked.map(({ scope }) => scope).filter((scope) => scope !== upload);
const { chiara, lucia, bottega, laboratorio } = googlePeople;

describeConnector({
  network: 'youtube',
  kind: 'oauth',
  cells: {
    ...googleCells(row),
    'list pages': async () => {
      const { connector, consent, simulator } = await googleAs(row);
      const usual = { pictureUrl: `${simulator.url}/_picture.png`, accessToken: null, details: {}, refusal: null };
      expect(await connector.listPages(await consent({ person: chiara.sub }), [])).toEqual([
        { ...usual, externalId: 'UCaurora000000000000001', name: 'Mercato Aurora' },
      ]);
      // A channel that belongs to no single person is consented to as its own Brand Account.
      const brand = await consent({ person: laboratorio.sub });
      expect(await connector.listPages(brand, [])).toEqual([
        { ...usual, externalId: 'UClariana00000000000009', name: 'Lariana Lab' },
      ]);
      expect(await connector.adminProfile(brand)).toMatchObject({ externalId: laboratorio.sub, name: 'Lariana Lab' });
      // A channel without a public identity, and a person without any channel.
      expect(await connector.listPages(await consent({ person: lucia.sub }), [])).toMatchObject([
        { externalId: 'UCborgoverde00000000001', refusal: 'not_eligible' },
      ]);
      expect(await connector.listPages(await consent({ person: bottega.sub }), [])).toEqual([
        { ...usual, externalId: bottega.sub, name: 'Bottega Aurora', refusal: 'not_eligible' },
      ]);
    },
    'partial scopes': async () => {
      const { connector, consent } = await googleAs(row);
      const grant = await consent({ person: chiara.sub, without: [upload] });
      const missing = missingScopes(asked, grant.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual([upload]);
      expect(lostFeatures(asked, missing)).toEqual(['publish']);
      expect(await connector.listPages(grant, [])).toHaveLength(1);

      const blind = await consent({ person: chiara.sub, without: readers });
      expect(await refusalOf(connector.listPages(blind, []))).toMatchObject(scopeMissing);
    },
    'permission lost': async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      await control(`/tokens/${chiara.sub}/withdraw`, { json: { scopes: readers } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject(scopeMissing);
      const now = (await connector.grantedScopes(grant)) ?? [];
      expect(missingScopes(asked, now).map(({ scope }) => scope)).toEqual(readers);
      await control(`/tokens/${chiara.sub}/withdraw`, { json: { scopes: [] } });

      // Whoever no longer manages a channel is told of none: an answer without an error.
      await control(`/tokens/${chiara.sub}/revoke`, { json: { as: 'role_lost' } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: null,
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      });
    },
    throttled: async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      const body = youtubeQuotaExceeded();
      await control('/faults', { json: { match: { operation: 'youtube.*' }, action: 'status', status: 403, body } });
      const { said, meaning, retryAfterMs } = await refusalOf(connector.probe(grant));
      expect(said).toEqual({ status: 403, code: 'quotaExceeded', message: body.error['message'] });
      expect(meaning).toEqual({ class: 'retry_later', grantProblem: null });
      // Nothing comes before midnight in California.
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(24 * 60 * 60_000);
      expect(await connector.probe(grant)).toMatchObject({ name: 'Mercato Aurora' });
    },
  },
});
