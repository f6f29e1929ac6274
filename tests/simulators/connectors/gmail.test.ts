import { expect, it } from 'vitest';
import { mailTopics, googlePeople } from '../../../simulators/google/seeds.ts';
import { lostFeatures, missingScopes } from '../../../src/domain/grant.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { seedApps } from '../../support/apps.ts';
import { connectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { describeConnector } from './connector-row.ts';
import { chosen, googleAs, googleCells, type GoogleRow, scopeMissing } from './google-cells.ts';
import { held, refusalOf } from './one-network.ts';

const { chiara, paolo, bottega } = googlePeople;
const row: GoogleRow = {
  network: 'gmail',
  page: { externalId: chiara.sub, name: chiara.email, details: { address: chiara.email } },
  other: { externalId: paolo.sub, name: paolo.email, details: { address: paolo.email } },
  saysReasons: true,
};
const asked = scopesOf('gmail', 'oauth');
const modify = 'https://www.googleapis.com/auth/gmail.modify';
const send = 'https://www.googleapis.com/auth/gmail.send';
const weekMs = 7 * 24 * 60 * 60_000;
const wish = { notificationUrl: 'https://chorally.test/v1/hooks/gmail', secret: 'a-secret' };

describeConnector({
  network: 'gmail',
  kind: 'oauth',
  cells: {
    ...googleCells(row),
    'list pages': async () => {
      const { connector, consent, simulator, control } = await googleAs(row);
      const usual = { pictureUrl: `${simulator.url}/_picture.png`, accessToken: null, refusal: null };
      expect(await connector.listPages(await consent({ person: chiara.sub }), [])).toEqual([{ ...usual, ...row.page }]);
      // The mailbox of a small firm at gmail.com is as good as one of Workspace.
      expect(await connector.listPages(await consent({ person: bottega.sub }), [])).toEqual([
        { ...usual, externalId: bottega.sub, name: bottega.email, details: { address: bottega.email } },
      ]);

      const body = {
        error: {
          code: 400,
          message: 'Mail service not enabled',
          errors: [{ message: 'Mail service not enabled', domain: 'global', reason: 'failedPrecondition' }],
          status: 'FAILED_PRECONDITION',
        },
      };
      const match = { operation: 'gmail.profile.read' };
      await control('/faults', { json: { match, action: 'status', status: 400, body, times: 2 } });
      const grant = await consent({ person: chiara.sub });
      expect(await connector.listPages(grant, [])).toMatchObject([{ name: 'Chiara Ferri', refusal: 'not_eligible' }]);
      expect(await refusalOf(connector.probe(held(grant, chosen(row.page))))).toMatchObject({
        said: { status: 400, code: 'failedPrecondition', message: 'Mail service not enabled' },
        meaning: { class: 'refresh_token', grantProblem: 'permission' },
      });
    },
    'partial scopes': async () => {
      const { connector, consent } = await googleAs(row);
      const mute = await consent({ person: chiara.sub, without: [send] });
      const missing = missingScopes(asked, mute.scopes ?? []).map(({ scope }) => scope);
      expect(missing).toEqual([send]);
      expect(lostFeatures(asked, missing)).toEqual(['reply', 'message']);
      expect(await connector.listPages(mute, [])).toMatchObject([{ name: chiara.email }]);

      const blind = await consent({ person: chiara.sub, without: [modify] });
      expect(await refusalOf(connector.listPages(blind, []))).toMatchObject(scopeMissing);
    },
    'permission lost': async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      await control(`/tokens/${chiara.sub}/withdraw`, { json: { scopes: [modify] } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject(scopeMissing);
      const now = (await connector.grantedScopes(grant)) ?? [];
      expect(missingScopes(asked, now).map(({ scope }) => scope)).toEqual([modify]);
    },
    throttled: async () => {
      const { connector, consent, control } = await googleAs(row);
      const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
      await control('/faults', { json: { match: { operation: 'gmail.*' }, action: 'status', status: 403 } });
      expect(await refusalOf(connector.probe(grant))).toMatchObject({
        said: {
          status: 403,
          code: 'userRateLimitExceeded',
          message: 'User Rate Limit Exceeded. Rate of requests for user exceed configured project quota.',
        },
        meaning: { class: 'retry_later', grantProblem: null },
      });
      expect(await connector.probe(grant)).toMatchObject({ name: chiara.email });
    },
  },
});

it('tells of new mail for a week, and begins the week anew each time it is asked', async () => {
  const { connector, consent } = await googleAs(row);
  const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
  const before = Date.now();
  const watch = await connector.watch?.(grant, wish);
  expect(watch?.id).toBe(mailTopics.open);
  expect(watch?.expiresAt).toBeGreaterThanOrEqual(before + weekMs);
  const again = await connector.watch?.(grant, wish);
  expect(again?.expiresAt).toBeGreaterThanOrEqual(watch?.expiresAt ?? Infinity);
});

it('does not blame the company for a topic that Gmail may not use', async () => {
  const { consent, simulator } = await googleAs(row);
  const grant = held(await consent({ person: chiara.sub }), chosen(row.page));
  const connector = gmailWithTopic(simulator.url, mailTopics.closed);
  expect(await refusalOf(connector.watch?.(grant, wish))).toMatchObject({
    said: {
      status: 403,
      code: 'forbidden',
      message: expect.stringContaining('Error sending test message to Cloud PubSub'),
    },
    meaning: { class: 'unknown', grantProblem: null },
  });
  expect(gmailWithTopic(simulator.url, null).watch).toBeNull();
});

function gmailWithTopic(url: string, mailTopic: string | null) {
  const apps = { ...seedApps, google: { ...seedApps.google, mailTopic } };
  return connectorOf(networksAt({ gmail: url }, { apps }).connectors, 'gmail', 'oauth');
}
