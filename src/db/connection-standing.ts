import type { Selectable } from 'kysely';
import type { GrantStanding } from '../domain/connection-health.ts';
import type { ConnectionTables } from './connection-tables.ts';

type Row = Pick<
  Selectable<ConnectionTables['connection']>,
  'network' | 'grant_kind' | 'state' | 'missing_scopes' | 'last_error'
>;

/** As much of a connection's row as decides what still works. */
export function standingOf({ network, grant_kind, state, missing_scopes, last_error }: Row): GrantStanding {
  return {
    network,
    grantKind: grant_kind,
    state,
    missingScopes: missing_scopes,
    errorCode: last_error?.code ?? null,
  };
}
