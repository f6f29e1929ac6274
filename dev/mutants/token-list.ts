import type { Mutant } from './list.ts';

const tests = ['tests/db/token-refresh.test.ts'];

/** The safeties around tokens: how they are renewed, and how keys are rotated. */
export const tokenMutants: readonly Mutant[] = [
  {
    name: 'refresh-lease',
    removes: 'the wait for whoever is spending the refresh token',
    file: 'src/activities/token-refresh.ts',
    find: 'if (until !== null && until > now) {',
    replace: 'if (until !== null && until > now && stored.refresh_lease === null) {',
    tests,
    only: 'is renewed once',
  },
  {
    name: 'token-version',
    removes: 'the rule that whoever comes with an older token is given the newer one',
    file: 'src/activities/token-refresh.ts',
    find: ': token_version <= request.usedVersion;',
    replace: ': true;',
    tests,
    only: 'older version',
  },
  {
    name: 'late-tokens',
    removes: 'the rule that what comes back after a newer consent is thrown away',
    file: 'src/activities/token-spending.ts',
    find: 'if (stored.token_version !== lease.tokenVersion) {',
    replace: 'if (stored.token_version < lease.tokenVersion) {',
    tests,
    only: 'outlived by a consent',
  },
  {
    name: 'empty-refresh-token',
    removes: 'the rule that an empty refresh token never overwrites',
    file: 'src/db/connection-token.ts',
    find: '.$if(Boolean(refreshToken), (query) =>',
    replace: '.$if(true, (query) =>',
    tests,
    only: 'keeps its refresh token',
  },
  {
    name: 'pause-after-trouble',
    removes: 'the pause that a network in trouble is given',
    file: 'src/activities/token-spending.ts',
    find: '{ lease: null, until: new Date(now.getTime() + pauseMs) }',
    replace: '{ lease: null, until: null }',
    tests,
    only: 'never does',
  },
  {
    name: 'unheard-verdict',
    removes: 'the rule that only a word of the network ends a grant',
    file: 'src/activities/token-spending.ts',
    find: "return error.provider === null ? { kind: 'not_renewable' } : { kind: 'gone', error };",
    replace: "return { kind: 'gone', error };",
    tests,
    only: 'leaves the connection as it is',
  },
  {
    name: 'lapsed-attempt',
    removes: 'the end of an attempt before its token is renewed',
    file: 'src/activities/publish-lapsed.ts',
    find: 'if (!(await inTenant((trx, now) => settleAttempt(trx, { ...key, n }, { answer, now })))) {',
    replace: 'if (answer.afterMs < 0) {',
    tests: ['tests/db/publish-lapsed.test.ts'],
  },
  {
    name: 'new-data-key',
    removes: 'the new data key of a rotation',
    file: 'src/db/tenant-key.ts',
    find: 'if (old.length > 0 && newest !== undefined)',
    replace: 'if (old.length > 9_999 && newest !== undefined)',
    tests: ['tests/db/master-key.test.ts'],
    only: 'under the new master key',
  },
];
