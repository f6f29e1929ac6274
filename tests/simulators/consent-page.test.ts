import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { answerConsentPage } from '../../dev/consent.ts';
import { type Consent, redeemCode } from '../../simulators/kernel/authorization-codes.ts';
import type { ConsentQuestion } from '../../simulators/kernel/consent-page.ts';
import { consentRoutes, type Unaskable } from '../../simulators/kernel/consent-routes.ts';
import { emptyWorld } from './support/world.ts';

const question: ConsentQuestion = {
  title: 'Allow "access" <now>?',
  people: [
    {
      id: 'p1',
      name: 'Anna',
      company: 'Forno & Figli',
      pages: [
        { id: 'a', name: 'Forno' },
        { id: 'b', name: 'Bar' },
      ],
    },
    { id: 'p2', name: 'Bruno', company: 'Banca' },
  ],
  scopes: ['base', 'read', 'write'],
  fixed: ['base'],
  clientId: 'app',
  redirectUri: 'https://chorally.example/back?kept=1',
  state: 's&1',
  codeChallenge: null,
  denial: { error: 'access_denied' },
};

test('as it is proposed, the first person allows everything', async () => {
  const { consented } = await asked(question);
  expect(await consented()).toMatchObject({ personId: 'p1', scopes: ['base', 'read', 'write'], pageIds: ['a', 'b'] });
});

test('another person may be chosen, who has no pages to choose', async () => {
  const { consented } = await asked(question);
  expect(await consented({ person: 'p2' })).toMatchObject({ personId: 'p2', pageIds: null });
});

test('what is unticked is not granted; what the network fixes cannot be unticked', async () => {
  const { consented, url } = await asked(question);
  expect(await consented({ without: ['write'], pages: ['b'] })).toMatchObject({
    scopes: ['base', 'read'],
    pageIds: ['b'],
  });
  expect(await (await fetch(url)).text()).toContain('<input type="hidden" name="scope" value="base">');
});

test('"no" leads back in the words of the network, with the state and the query that the app had', async () => {
  const { url } = await asked(question);
  const back = await answerConsentPage(url, { deny: true });
  expect(Object.fromEntries(back.searchParams)).toEqual({ kept: '1', error: 'access_denied', state: 's&1' });
});

test('nobody grants a permission that was not asked for, a page that is not theirs, or as a stranger', async () => {
  const { url, consentOf } = await asked(question);
  const send = (form: string) => fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  const more = await send('answer=allow&person=p1&scope=read&scope=everything&page=b&page=z');
  expect(consentOf(new URL(more.headers.get('location') ?? ''))).toMatchObject({
    scopes: ['base', 'read'],
    pageIds: ['b'],
  });
  expect((await send('answer=allow&person=p9&scope=read')).status).toBe(400);
});

test('names are shown as text', async () => {
  const { url } = await asked(question);
  const page = await (await fetch(url)).text();
  expect(page).toContain('Forno &amp; Figli');
  expect(page).toContain('Allow &quot;access&quot; &lt;now&gt;?');
});

test('a request that makes no sense is put to nobody: it is shown, or sent back with the reason', async () => {
  const shown = await asked({ trouble: 'No such <app>.' });
  const page = await fetch(shown.url);
  expect(page.status).toBe(400);
  expect(await page.text()).toContain('No such &lt;app&gt;.');
  expect((await fetch(shown.url, { method: 'POST' })).status).toBe(400);

  const sentBack = await asked({ back: question.redirectUri, state: null, answer: { error: 'invalid_scope' } });
  const back = await answerConsentPage(sentBack.url);
  expect(Object.fromEntries(back.searchParams)).toEqual({ kept: '1', error: 'invalid_scope' });
});

async function asked(what: ConsentQuestion | Unaskable) {
  const world = await emptyWorld();
  const server = express()
    .use(consentRoutes(world, '/authorize', () => what))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize`;
  const consentOf = (back: URL): Consent | string => {
    const { clientId, redirectUri } = question;
    const code = back.searchParams.get('code') ?? '';
    return redeemCode(world, { code, clientId, redirectUri, codeVerifier: null }, 60_000);
  };
  return {
    url,
    consentOf,
    consented: async (answer: Parameters<typeof answerConsentPage>[1] = {}) =>
      consentOf(await answerConsentPage(url, answer)),
  };
}
