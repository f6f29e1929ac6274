import { expect, test } from 'vitest';
import { x } from '../../../simulators/x/network.ts';
import { xAccounts } from '../../../simulators/x/seeds.ts';
import { familyOf, type GrantFamily, grantKindsOf } from '../../../src/domain/grant.ts';
import { networks } from '../../../src/domain/network.ts';
import { held, oneNetwork, refusalOf, renewed } from './one-network.ts';

/**
 * What becomes of a refresh token that was used. Tokens are kept per connection, so that two pages of one consent hold
 * the same one: that is harmless wherever it goes on being taken.
 */
const used: Readonly<Record<GrantFamily, 'spent' | 'taken again' | 'there is none'>> = {
  meta: 'there is none',
  instagram: 'there is none',
  linkedin: 'taken again',
  x: 'spent',
  telegram: 'there is none',
  google: 'taken again',
  apple: 'there is none',
  // Each refresh brings a new one, and those from before stay good for their own time.
  microsoft: 'taken again',
};

test('of all networks only X spends refresh tokens', () => {
  const spending = networks.filter((network) =>
    grantKindsOf[network].some((kind) => {
      const family = familyOf(network, kind);
      return family !== null && used[family] === 'spent';
    }),
  );
  expect(spending).toEqual(['x']);
});

test('X spends them, and a grant of X reaches one page: no two connections ever hold the same refresh token', async () => {
  const { connector, consent } = await oneNetwork({ simulated: x, network: 'x', kind: 'oauth' });
  for (const { externalId } of xAccounts) {
    const grant = await consent({ person: externalId });
    const [page, ...others] = await connector.listPages(grant, []);
    expect([page?.externalId, others]).toEqual([externalId, []]);
    if (page === undefined) throw new Error('there is no page');
    const first = held(grant, page);
    expect((await renewed(connector, first)).refreshToken).not.toBe(grant.refreshToken);
    const { meaning } = await refusalOf(renewed(connector, first));
    expect(meaning).toEqual({ class: 'disconnected', grantProblem: 'gone' });
  }
});
