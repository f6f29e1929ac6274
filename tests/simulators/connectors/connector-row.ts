import { describe, expect, it } from 'vitest';
import type { Connector } from '../../../src/channels/connector.ts';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';
import { connectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';

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

/** By what a connector shows that a situation cannot come about with it. */
const impossible = {
  // Whoever hands over a key is asked for no permissions.
  'partial scopes': ({ way }) => way === 'credentials',
  refresh: ({ refresh }) => refresh === null,
  rotation: ({ refresh }) => refresh === null,
  disconnect: ({ revoke }) => revoke === null,
} as const satisfies Partial<Record<Situation, (connector: Connector) => boolean>>;

type Avoidable = keyof typeof impossible;

export type Cell = () => Promise<void>;

/** One network, granted in one of its ways. Each cell asserts what the network itself says, and what we make of it. */
export interface ConnectorRow {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly cells: Readonly<Record<Exclude<Situation, Avoidable>, Cell>> &
    // Or why there can be none, which the connector has to show.
    Readonly<Record<Avoidable, Cell | { readonly doesNotApply: string }>>;
}

/** Runs a row of the table of connections. */
export function describeConnector({ network, kind, cells }: ConnectorRow): void {
  describe(`${network} by ${kind}`, () => {
    for (const situation of situations) {
      const cell = cells[situation];
      if (typeof cell === 'function') it(situation, cell);
    }
    for (const situation of Object.keys(impossible) as Avoidable[]) {
      const cell = cells[situation];
      if (typeof cell === 'function') continue;
      it(`${situation} does not apply: ${cell.doesNotApply}`, () => {
        expect(connectorOf(networksAt({}).connectors, network, kind)).toSatisfy(impossible[situation]);
      });
    }
  });
}
