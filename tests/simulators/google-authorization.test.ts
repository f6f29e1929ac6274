import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { answerConsentPage, type ConsentAnswer } from '../../dev/consent.ts';
import { google } from '../../simulators/google/network.ts';
import { googlePeople, serviceAccount } from '../../simulators/google/seeds.ts';
import { serviceAccountKeyFile } from '../../simulators/google/service-account-key.ts';
import { startSimulator } from '../../simulators/kernel/simulator.ts';
import { seedApp } from '../../simulators/seed.ts';
import { identityScopes } from './connectors/google-cells.ts';
import { send } from './support/http.ts';
import { startSimulated, temporaryFolder } from './support/simulator.ts';

const { clientId, clientSecret } = seedApp.google;
const { chiara, laboratorio } = googlePeople;
const redirectUri = 'http://localhost:9/callback';
const modify = 'https://www.googleapis.com/auth/gmail.modify';
const readonly = 'https://www.googleapis.com/auth/youtube.readonly';
const asked = {
  client_id: clientId,
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: `openid email ${modify}`,
};

test.each([
  [{ client_id: '' }, 400, 'Missing required parameter: client_id'],
  [{ client_id: 'somebody-else' }, 401, 'The OAuth client was not found.'],
  [{ redirect_uri: 'https://evil.example/callback' }, 400, 'redirect_uri_mismatch'],
  [{ redirect_uri: `${redirectUri}#fragment` }, 400, 'redirect_uri_mismatch'],
  [{ response_type: 'token' }, 400, 'Invalid response_type'],
  [{ scope: 'https://www.googleapis.com/auth/everything' }, 400, 'Some requested scopes were invalid.'],
  [{ code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 400, 'S256'],
])('shows its error instead of leading back to the app: %o', async (change, status, words) => {
  const { url } = await startSimulated(google);
  const query = new URLSearchParams({ ...asked, ...change }).toString();
  const shown = await fetch(`${url}/o/oauth2/v2/auth?${query}`, { redirect: 'manual' });
  expect(shown.status).toBe(status);
  expect(await shown.text()).toContain(words);
});

test('a refresh token comes with the first consent, and later only to those who ask for consent again', async () => {
  const { grantFor } = await authorized();
  const offline = { access_type: 'offline' };
  expect(await grantFor({})).not.toHaveProperty('refresh_token');
  expect(await grantFor(offline)).not.toHaveProperty('refresh_token');
  expect(await grantFor({ ...offline, prompt: 'consent' })).toHaveProperty('refresh_token');
});

test('permissions that were given before are included only if the app wishes', async () => {
  const { grantFor } = await authorized();
  const [openid, email] = identityScopes;
  await grantFor({ scope: readonly });
  expect((await grantFor({}))['scope']).toBe(`${openid} ${email} ${modify}`);
  const all = String((await grantFor({ include_granted_scopes: 'true' }))['scope']).split(' ');
  expect(all.toSorted()).toEqual([openid, email, modify, readonly].toSorted());
});

test('a Brand Account is offered only where a channel is asked for', async () => {
  const { url } = await startSimulated(google);
  const page = async (scope: string) => {
    const query = new URLSearchParams({ ...asked, scope }).toString();
    return (await fetch(`${url}/o/oauth2/v2/auth?${query}`)).text();
  };
  expect(await page(`openid ${readonly}`)).toContain(laboratorio.name);
  expect(await page(`openid ${modify}`)).not.toContain(laboratorio.name);
});

test('what identifies a person cannot be unticked', async () => {
  const { grantFor } = await authorized();
  const scope = `openid email profile ${modify} ${readonly}`;
  const [openid, email, profile] = identityScopes;
  const grant = await grantFor({ scope }, { person: chiara.sub, without: [modify] });
  expect(grant['scope']).toBe(`${openid} ${email} ${profile} ${readonly}`);
});

test.each([
  [{ client_id: 'somebody-else' }, 401, 'invalid_client', 'The OAuth client was not found.'],
  [{ client_secret: 'wrong' }, 401, 'invalid_client', 'Unauthorized'],
  [{ grant_type: 'password' }, 400, 'unsupported_grant_type', 'Invalid grant_type: password'],
  [{ code: 'nonsense' }, 400, 'invalid_grant', 'Malformed auth code.'],
])('the token endpoint refuses %o', async (change, status, error, words) => {
  const { url } = await startSimulated(google);
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'authorization_code',
    code: 'x',
    ...change,
  };
  expect(await send(`${url}/token`, { form })).toMatchObject({
    status,
    body: { error, error_description: words },
  });
});

test.each([
  [{ aud: 'https://elsewhere.example/token' }, 'invalid_grant', 'Failed audience check'],
  [{ exp: Math.floor(Date.now() / 1_000) + 7_200 }, 'invalid_grant', 'short-lived token'],
  [{ iat: 1_000, exp: 1_600 }, 'invalid_grant', 'reasonable timeframe'],
  [{ scope: '' }, 'invalid_scope', 'Invalid OAuth scope'],
  [{ iss: 'nobody@elsewhere.example' }, 'invalid_grant', 'account not found'],
])('an assertion with %o is refused, and signed by a stranger as well', async (change, error, words) => {
  const simulator = await startSimulated(google);
  const ask = async (assertion: string) => {
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    return send(`${simulator.url}/token`, { form });
  };
  const nowS = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: serviceAccount.clientEmail,
    aud: 'https://oauth2.googleapis.com/token',
    scope: 'https://www.googleapis.com/auth/androidpublisher',
    iat: nowS,
    exp: nowS + 600,
  };
  const key = createPrivateKey(serviceAccountKeyFile(simulator.world)['private_key'] ?? '');
  const signed = (payload: Readonly<Record<string, string | number>>) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'RS256' }).sign(key);

  const good = await signed(claims);
  expect(await ask(good)).toMatchObject({ status: 200, body: { expires_in: 3_599, token_type: 'Bearer' } });
  expect(await ask(await signed({ ...claims, ...change }))).toMatchObject({
    status: 400,
    body: { error, error_description: expect.stringContaining(words) },
  });
  const [header, , signature] = good.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody' })).toString('base64url');
  expect((await ask([header, forged, signature].join('.'))).body).toEqual({
    error: 'invalid_grant',
    error_description: 'Invalid JWT Signature.',
  });
});

test('grants and the key of the service account survive a kill', async () => {
  const folder = await temporaryFolder();
  const first = await startSimulator(google, { folder, port: 0 });
  const { refresh_token: refreshToken } = await grantAt(first.url, { access_type: 'offline' });
  const keyFile = serviceAccountKeyFile(first.world);
  await first.close();
  const again = await startSimulator(google, { folder, port: 0 });
  expect(serviceAccountKeyFile(again.world)['private_key']).toBe(keyFile['private_key']);
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
  };
  expect((await send(`${again.url}/token`, { form })).status).toBe(200);
  await again.close();
});

async function authorized() {
  const { url } = await startSimulated(google);
  return {
    grantFor: (change: Readonly<Record<string, string>>, answer?: ConsentAnswer) => grantAt(url, change, answer),
  };
}

/** What the token endpoint answers to a consent that was asked for with these parameters. */
async function grantAt(
  url: string,
  change: Readonly<Record<string, string>>,
  answer: ConsentAnswer = { person: chiara.sub },
): Promise<Readonly<Record<string, unknown>>> {
  const query = new URLSearchParams({ ...asked, ...change }).toString();
  const back = await answerConsentPage(`${url}/o/oauth2/v2/auth?${query}`, answer);
  const form = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code: back.searchParams.get('code') ?? '',
  };
  const { status, body } = await send(`${url}/token`, { form });
  expect(status).toBe(200);
  return body;
}
