import { describe, it } from 'vitest';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';

/** What happens to connections; every network is held against all of it. */
export const situations = [
  'connect',
  'list pages',
  'partial scopes',
  'refresh',
  'rotation',
  'revoked',
  'permission lost',
  'throttled',
  '5xx',
  'wrong page on reconnect',
  'disconnect',
] as const;

export type Situation = (typeof situations)[number];

/** A test, or why there can be none. */
export type Cell = (() => Promise<void>) | { readonly doesNotApply: string };

/** One network, granted in one of its ways. Each cell asserts what the network itself says, and what we make of it. */
export interface ConnectorRow {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly cells: Readonly<Record<Situation, Cell>>;
}

/** Runs a row of the table of connections. */
export function describeConnector({ network, kind, cells }: ConnectorRow): void {
  describe(`${network} by ${kind}`, () => {
    for (const situation of situations) {
      const cell = cells[situation];
      if (typeof cell === 'function') it(situation, cell);
      else it.skip(`${situation}: does not apply, ${cell.doesNotApply}`, () => undefined);
    }
  });
}
