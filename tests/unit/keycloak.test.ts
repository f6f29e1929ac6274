import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTokenVerifier,
  IdentityProviderUnreachable,
  TokenRejected,
  type TokenVerifier,
} from '../../src/platform/keycloak.ts';

const realmUrl = 'https://login.example.com/realms/chorally';
const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });

let realm: Realm;
beforeAll(async () => {
  realm = await startRealm();
});
afterAll(() => realm.stop());

test('a token of the realm says who holds it, for which tenants, until when', async () => {
  const token = await sign({
    tenants: { aurora: { id: 'a' }, borgoverde: { id: 'b' } },
    realm_access: { roles: ['r'] },
  });
  expect(await verifier().verify(token)).toEqual({
    subject: 'user-1',
    tenants: [
      { slug: 'aurora', id: 'a' },
      { slug: 'borgoverde', id: 'b' },
    ],
    realmRoles: ['r'],
    expiresAt: (nowS + 300) * 1_000,
  });
});

test('the claim of tenants may be a list, and may be missing', async () => {
  const listed = await verifier().verify(await sign({ tenants: [{ aurora: { id: 'a' } }, { lariana: { id: 'c' } }] }));
  expect(listed.tenants.map(({ slug }) => slug)).toEqual(['aurora', 'lariana']);
  expect((await verifier().verify(await sign({}))).tenants).toEqual([]);
});

describe('a token is refused', () => {
  const refused: Record<string, () => Promise<string>> = {
    'when it is no token': async () => 'abc',
    'when it has expired': () => sign({ exp: nowS - 1 }),
    'when it never expires': () => sign({ exp: undefined }),
    'when it is not valid yet': () => sign({ nbf: nowS + 60 }),
    'when somebody else issued it': () => sign({ iss: 'https://evil.example.com/realms/chorally' }),
    'when the issuer is spelled otherwise': () => sign({ iss: `${realmUrl}/` }),
    'when it is for another audience': () => sign({ aud: 'account' }),
    'when it is no access token': () => sign({ typ: 'ID' }),
    'when it has no holder': () => sign({ sub: undefined }),
    'when another key signed it': () => sign({}, { key: theirs.privateKey }),
    'when its key is not one of the realm': () => sign({}, { key: theirs.privateKey, kid: 'unknown' }),
    'when nobody signed it': async () => (await sign({})).replace(/[^.]*$/, ''),
    'when it claims to need no signature': () => unsigned({ alg: 'none' }, () => ''),
    'when the public key was used as a secret': () =>
      unsigned({ alg: 'HS256', kid: 'ours' }, (text) =>
        createHmac('sha256', ours.publicKey.export({ type: 'spki', format: 'pem' }))
          .update(text)
          .digest('base64url'),
      ),
    'when its claims were changed': async () => {
      const [header = '', , signature = ''] = (await sign({})).split('.');
      return [header, base64({ ...claims, sub: 'user-2' }), signature].join('.');
    },
    'when it is longer than any token is': async () => 'a'.repeat(20_000),
  };
  test.each(Object.entries(refused))('%s', async (_name, make) => {
    await expect(verifier().verify(await make())).rejects.toThrow(TokenRejected);
  });
});

test('a token that was believed a moment ago is not believed past its expiry', async () => {
  let now = nowS * 1_000;
  const tokens = verifier(() => now);
  const token = await sign({ exp: nowS + 5 });
  await tokens.verify(token);
  now += 5_000;
  await expect(tokens.verify(token)).rejects.toThrow(TokenRejected);
});

test('while the keys cannot be had, nothing is said of any token', async () => {
  const token = await sign({});
  for (const answer of [
    { status: 500, body: '{}' },
    { status: 200, body: '<html>' },
    { status: 200, body: '{}' },
  ]) {
    realm.answerNext(answer);
    await expect(verifier().verify(token)).rejects.toThrow(IdentityProviderUnreachable);
  }
  expect((await verifier().verify(token)).subject).toBe('user-1');
});

test('once keys are known, an unreachable realm stops only what needs new ones', async () => {
  const tokens = verifier();
  await tokens.verify(await sign({}));
  realm.answerNext({ status: 500, body: '{}' });
  await expect(tokens.verify(await sign({}, { kid: 'unknown' }))).rejects.toThrow(TokenRejected);
  expect((await tokens.verify(await sign({ jti: 'another' }))).subject).toBe('user-1');
});

const nowS = Math.floor(Date.now() / 1_000);
const claims = {
  iss: realmUrl,
  aud: ['account', 'chorally-api'],
  typ: 'Bearer',
  sub: 'user-1',
  iat: nowS,
  exp: nowS + 300,
};

function verifier(clock: () => number = () => Date.now()): TokenVerifier {
  return createTokenVerifier({ realmUrl, internalUrl: realm.url, clientId: 'chorally-api', clock });
}

function sign(
  changes: Record<string, unknown>,
  { key = ours.privateKey, kid = 'ours' }: { key?: KeyObject; kid?: string } = {},
): Promise<string> {
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

async function unsigned(header: Record<string, unknown>, signature: (text: string) => string): Promise<string> {
  const text = `${base64(header)}.${base64(claims)}`;
  return `${text}.${signature(text)}`;
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

interface Realm {
  readonly url: string;
  answerNext(answer: { status: number; body: string }): void;
  stop(): Server;
}

/** A realm that has one key, and can be told to answer something else once. */
async function startRealm(): Promise<Realm> {
  const keys = JSON.stringify({
    keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'RS256', use: 'sig' }],
  });
  let next: { status: number; body: string } | null = null;
  const server = createServer((_request, response) => {
    const { status, body } = next ?? { status: 200, body: keys };
    next = null;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/chorally`,
    answerNext: (answer) => (next = answer),
    stop: () => server.close(),
  };
}
