import type { Mutant } from './list.ts';

const tests = ['tests/api/authorizations-return.test.ts'];

/** Safeties of the way to a network and back. */
export const connectionMutants: readonly Mutant[] = [
  {
    name: 'consent-state',
    removes: 'the secret part of a state that comes back from a network',
    file: 'src/api/connections/receive-return.ts',
    find: 'row.state_hash !== null && row.state_hash !== state.hash',
    replace: 'row.state_hash !== null && state.hash === row.state',
    tests,
    only: 'the ids in it are no proof',
  },
  {
    name: 'consent-once',
    removes: 'the end of a state with its first return',
    file: 'src/db/connection-authorization.ts',
    find: '.set({ state_hash: null, code_verifier: null })',
    replace: '.set({ code_verifier: null })',
    tests,
    only: 'while the network is still being asked',
  },
  {
    name: 'consent-network',
    removes: 'the rule that no network answers for another',
    file: 'src/api/connections/receive-return.ts',
    find: 'row.network !== way.network || row.grant_kind !== way.kind',
    replace: 'row.network === way.kind',
    tests,
    only: 'none answers for another',
  },
  {
    name: 'consent-verifier',
    removes: 'the code verifier that binds a code to its authorization',
    file: 'src/api/connections/begin-authorization.ts',
    find: 'const verifier = offer.pkce ? newCodeVerifier() : null;',
    replace: 'const verifier = offer.pkce ? null : newCodeVerifier();',
    tests,
    only: 'given for another authorization',
  },
  {
    name: 'running-posts',
    removes: 'the guard of posts that are running while the code changes',
    file: 'src/workflows/post/delivery.ts',
    find: "patched('2026-11-repair-during-look') ? repairs : repairsOf(errand)",
    replace: 'repairs',
    tests: ['tests/replay/replay.test.ts'],
    only: 'post-repair-missed',
  },
];
