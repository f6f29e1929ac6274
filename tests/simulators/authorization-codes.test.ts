import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Consent, grantCode, redeemCode } from '../../simulators/kernel/authorization-codes.ts';
import { emptyWorld, stoppedClock } from './support/world.ts';

const lifetimeMs = 30_000;
const verifier = 'v'.repeat(43);
const consent: Consent = {
  personId: 'p1',
  scopes: ['read', 'write'],
  pageIds: null,
  clientId: 'app',
  redirectUri: 'https://chorally.example/back',
  codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
};

test('a code brings its consent once', async () => {
  const { redeem } = await given();
  expect(redeem()).toMatchObject(consent);
  expect(redeem()).toBe('used');
});

test.each([
  ['of another app', { clientId: 'another' }, 'other_client'],
  ['for another address', { redirectUri: `${consent.redirectUri}/` }, 'other_redirect'],
  ['without an address', { redirectUri: null }, 'other_redirect'],
  ['with a verifier that was made up', { codeVerifier: 'w'.repeat(43) }, 'other_verifier'],
  ['without its verifier', { codeVerifier: null }, 'other_verifier'],
  ['that nobody was given', { code: 'nothing' }, 'unknown'],
] as const)('a code %s brings nothing, and stays good for whom it was given to', async (_what, change, trouble) => {
  const { redeem } = await given();
  expect(redeem(change)).toBe(trouble);
  expect(redeem()).toMatchObject({ personId: 'p1' });
});

test('a code is good for its time and no longer', async () => {
  const pass = stoppedClock();
  const { redeem } = await given();
  pass(lifetimeMs + 1);
  expect(redeem()).toBe('expired');
  const inTime = await given();
  pass(lifetimeMs);
  expect(inTime.redeem()).toMatchObject({ personId: 'p1' });
});

test('a code that was asked for without a challenge needs no verifier', async () => {
  const { redeem } = await given({ ...consent, codeChallenge: null });
  expect(redeem({ codeVerifier: null })).toMatchObject({ personId: 'p1' });
});

async function given(what = consent) {
  const world = await emptyWorld();
  const sent = {
    code: grantCode(world, what),
    clientId: what.clientId,
    redirectUri: what.redirectUri,
    codeVerifier: verifier,
  };
  type Sent = Parameters<typeof redeemCode>[1];
  return { redeem: (change: Partial<Sent> = {}) => redeemCode(world, { ...sent, ...change }, lifetimeMs) };
}
