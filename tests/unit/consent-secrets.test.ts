import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeChallenge, newCodeVerifier, newState, readState } from '../../src/api/connections/consent-secrets.ts';
import type { AuthorizationId, TenantId } from '../../src/domain/ids.ts';

const [tenantId, authorizationId] = [randomUUID() as TenantId, randomUUID() as AuthorizationId];

test('a state says whose it is, and only its hash is there to be stored', () => {
  const { state, hash } = newState(tenantId, authorizationId);
  expect(readState(state)).toEqual({ tenantId, authorizationId, hash });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('no two states are alike, and each has one spelling', () => {
  const states = Array.from({ length: 100 }, () => newState(tenantId, authorizationId).state);
  expect(new Set(states).size).toBe(100);
  const [state = ''] = states;
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const spellings = last.split('').map((letter) => state.slice(0, -1) + letter);
  expect(spellings.filter((spelling) => readState(spelling) !== null)).toHaveLength(4);
});

test.each(['', 'a', 'a'.repeat(85), 'a'.repeat(87), `${'a'.repeat(85)}=`, `${'ä'.repeat(86)}`])(
  'what is not of our making is no state: %j',
  (text) => expect(readState(text)).toBeNull(),
);

test('the challenge of RFC 7636, appendix B', () => {
  expect(codeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  );
  expect(newCodeVerifier()).toMatch(/^[\w-]{43}$/);
});
