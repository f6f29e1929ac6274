import { expect, test } from 'vitest';
import {
  grantsOf,
  openGrant,
  renewGrant,
  revokeGrant,
  revokeToken,
  standingOf,
  type TokenPair,
  withdrawScopes,
} from '../../simulators/kernel/grants.ts';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { emptyWorld, stoppedClock } from './support/world.ts';

const lifetimes = { accessMs: 7_200_000, refreshMs: 86_400_000 };
const person = { id: 'p1', kind: 'person', name: 'Anna', accessToken: 'seeded' };

test('a token stands for its grant until its time is over', async () => {
  const pass = stoppedClock();
  const { pair, access } = await granted();
  expect(pair).toMatchObject({ accessMs: lifetimes.accessMs, refreshMs: lifetimes.refreshMs });
  expect(access(pair)).toMatchObject({ state: 'honoured', grant: { personId: 'p1', scopes: ['read', 'write'] } });
  pass(lifetimes.accessMs);
  expect(access(pair).state).toBe('expired');
});

test('a refresh token is no access token, nor the reverse', async () => {
  const { pair, world, renew } = await granted();
  expect(standingOf(world, pair.refreshToken ?? '').state).toBe('unknown');
  expect(renew({ ...pair, refreshToken: pair.accessToken })).toMatchObject({ state: 'unknown' });
});

test('where refresh tokens rotate, the second use of one ends the grant', async () => {
  const { pair, renew, access } = await granted();
  const second = renewed(renew(pair));
  expect(second.refreshToken).not.toBe(pair.refreshToken);
  expect(access(second).state).toBe('honoured');
  expect(renew(pair)).toMatchObject({ state: 'reused' });
  expect(access(second).state).toBe('revoked');
  expect(renew(second)).toMatchObject({ state: 'revoked' });
});

test('where they do not, one refresh token brings new access tokens until its own end', async () => {
  const pass = stoppedClock();
  const { pair, renew, access } = await granted({}, false);
  const second = renewed(renew(pair));
  expect(second.refreshToken).toBe(pair.refreshToken);
  pass(lifetimes.refreshMs - 1);
  const third = renewed(renew(pair));
  expect(access(third).state).toBe('honoured');
  pass(1);
  expect(renew(pair)).toMatchObject({ state: 'expired' });
});

test('shortened lifetimes hold for new tokens', async () => {
  const pass = stoppedClock();
  const { pair, access, renew } = await granted({ accessTokenLifetimeMs: 10, refreshTokenLifetimeMs: 20 });
  expect(pair).toMatchObject({ accessMs: 10, refreshMs: 20 });
  pass(10);
  expect(access(pair).state).toBe('expired');
  pass(10);
  expect(renew(pair)).toMatchObject({ state: 'expired' });
});

test('a revoked grant is over with all of its tokens, and another of the same person is not', async () => {
  const { pair, world, access, open } = await granted();
  const another = open();
  revokeGrant(world, pair.grant.id);
  expect(access(pair).state).toBe('revoked');
  expect(access(another).state).toBe('honoured');
  expect(grantsOf(world, 'p1').map(({ id }) => id)).toEqual([another.grant.id]);
});

test('an app that gives back an access token keeps the grant; with the refresh token it ends', async () => {
  const { pair, world, renew, access } = await granted();
  expect(revokeToken(world, pair.accessToken)).toBe(true);
  expect(access(pair).state).toBe('unknown');
  const second = renewed(renew(pair));
  expect(revokeToken(world, second.refreshToken ?? '')).toBe(true);
  expect(access(second).state).toBe('revoked');
  expect(revokeToken(world, 'nothing')).toBe(false);
});

test('permissions that a person takes back are gone from their tokens until they give them again', async () => {
  const { pair, world, access } = await granted();
  withdrawScopes(world, 'p1', ['write']);
  expect(access(pair)).toMatchObject({ state: 'honoured', grant: { scopes: ['read'] } });
  withdrawScopes(world, 'p1', []);
  expect(access(pair)).toMatchObject({ grant: { scopes: ['read', 'write'] } });
});

test('what is set for a person holds for the tokens of all of their grants', async () => {
  const { pair, world, access, renew } = await granted();
  world.tokens.spoil('p1', 'password_changed');
  expect(access(pair).state).toBe('password_changed');
  expect(renew(pair)).toMatchObject({ state: 'password_changed' });
  world.tokens.restore('p1');
  expect(access(pair).state).toBe('honoured');
});

test('an access token that was made to expire is what the refresh token is for', async () => {
  const pass = stoppedClock();
  const { pair, world, access, renew } = await granted();
  world.tokens.spoil('p1', 'expired');
  expect(access(pair).state).toBe('expired');
  pass(1);
  expect(access(renewed(renew(pair))).state).toBe('honoured');
});

async function granted(settings: Partial<Settings> = {}, rotates = true) {
  const world = await emptyWorld([person], settings);
  const open = (): TokenPair =>
    openGrant(
      world,
      {
        personId: 'p1',
        scopes: ['read', 'write'],
        pageIds: null,
        clientId: 'app',
        redirectUri: '',
        codeChallenge: null,
      },
      lifetimes,
      't-',
    );
  return {
    world,
    open,
    pair: open(),
    access: ({ accessToken }: TokenPair) => standingOf(world, accessToken),
    renew: ({ refreshToken }: TokenPair) => renewGrant(world, refreshToken ?? '', { rotates, lifetimes, prefix: 't-' }),
  };
}

function renewed(outcome: ReturnType<typeof renewGrant>): TokenPair {
  if ('accessToken' in outcome) return outcome;
  throw new Error(`the network refused: ${outcome.state}`);
}
