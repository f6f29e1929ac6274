import type { ConnectionError, ConnectionState } from '../domain/connection.ts';
import {
  type AnsweringPage,
  errorOf,
  type GrantStanding,
  type Health,
  healthOf,
  type Look,
  problemOf,
  wordless,
} from '../domain/connection-health.ts';
import { failuresUntilTrouble } from '../domain/connection-schedule.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { resumeDuties } from './connection-duty.ts';
import { appendConnectionEvent, type ConnectionEventKind } from './connection-event.ts';
import { breakConnection } from './connection-grant.ts';
import { tellConnection } from './connection-process.ts';
import { releaseWaiting } from './connection-repair.ts';
import { standingOf } from './connection-standing.ts';
import type { Actor } from './event.ts';
import { closeGate } from './halt.ts';
import type { TenantTransaction } from './tenant.ts';

/** A look at a page: whose, by whom, and with which grant. */
export interface Looked {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  /** A person, or the network as we asked it on schedule. */
  readonly actor: Extract<Actor, { kind: 'user' | 'network' }>;
  readonly grantVersion: number;
  readonly now: Date;
}

export interface Recorded {
  /** The state that the connection is in now. */
  readonly state: ConnectionState;
  /** How many posts that waited for the page go on. */
  readonly released: number;
}

/**
 * Writes down what a look at a page brought. A change of state is told once: as an event, to the process of the
 * connection, and to the posts that wait for the page or must wait now.
 */
export async function recordLook(trx: TenantTransaction, looked: Looked, look: Look): Promise<Recorded> {
  if (look.kind === 'works') return recordAnswer(trx, looked, look);
  const { connectionId, grantVersion, actor, now } = looked;
  const error = errorOf(errorCodeOf(look), look, now);
  if (look.kind === 'trouble') await markTrouble(trx, looked, { error, now });
  else {
    const state = look.problem === 'gone' ? 'expired' : 'refresh_required';
    await breakConnection(trx, looked, { state, missing: look.missing, grantVersion, error, now });
  }
  if (actor.kind === 'user') {
    await appendConnectionEvent(trx, looked, { kind: 'connection.checked', data: { works: false, code: error.code } });
  }
  return { state: (await readStanding(trx, connectionId)).state, released: 0 };
}

function errorCodeOf(look: Exclude<Look, { kind: 'works' }>): ConnectionError['code'] {
  if (look.kind === 'grant_refused') return look.problem === 'gone' ? 'grant_gone' : 'permission_lost';
  return look.providerStatus === null ? 'no_answer' : 'network_trouble';
}

/** Notes trouble that is the network's own: a page that works is `degraded`, a broken one stays as it is. */
export async function markTrouble(
  trx: TenantTransaction,
  { tenantId, connectionId }: Pick<Looked, 'tenantId' | 'connectionId'>,
  { error, now }: { error: ConnectionError; now: Date },
): Promise<void> {
  const { state, network } = await readStanding(trx, connectionId, { lock: true });
  const works = state === 'connected' || state === 'degraded';
  await trx
    .updateTable('connection')
    .set({ last_checked_at: now })
    .$if(works, (query) => query.set({ state: 'degraded', last_error: JSON.stringify(error) }))
    .where('id', '=', connectionId)
    .execute();
  if (state !== 'connected') return;
  const data = { state: 'degraded', code: error.code, providerCode: error.providerCode };
  await appendConnectionEvent(
    trx,
    { tenantId, connectionId, actor: { kind: 'network' }, now },
    { kind: 'connection.degraded', data },
  );
  await tellConnection(trx, { tenantId, connectionId, network }, now);
}

async function recordAnswer(
  trx: TenantTransaction,
  looked: Looked,
  look: Extract<Look, { kind: 'works' }>,
): Promise<Recorded> {
  const { tenantId, connectionId, actor, now } = looked;
  const byPerson = actor.kind === 'user';
  const judge = (page: AnsweringPage): Health => healthOf(page, { scopes: look.scopes, byPerson, now: now.getTime() });
  const seen = await readStanding(trx, connectionId);
  const releases = byPerson || changes(seen, judge(seen));
  // Closed, so that a post that starts meanwhile either is told or sees that the connection works again.
  if (releases) await closeGate(trx, tenantId);
  const before = await readStanding(trx, connectionId, { lock: true });
  // Over since it was asked, or, on schedule, somebody else's to judge: a refusal that came meanwhile stands.
  const stands = byPerson
    ? before.state !== 'disconnected'
    : before.state !== 'expired' && before.state !== 'disconnected';
  const health = judge(before);
  if (!stands || (changes(before, health) && !releases)) return { state: before.state, released: 0 };
  const lost = health.missingScopes.filter((scope) => !before.missingScopes.includes(scope));
  if (lost.length > 0 && health.errorCode === 'permission_lost') {
    const error = errorOf('permission_lost', wordless, now);
    const { grantVersion } = looked;
    await breakConnection(trx, looked, { state: 'refresh_required', missing: lost, grantVersion, error, now });
    return { state: (await readStanding(trx, connectionId)).state, released: 0 };
  }
  await writeHealth(trx, looked, { before, health, name: look.name });
  if (before.state === 'expired') await resumeDuties(trx, { ...looked, network: before.network });
  await tellChange(trx, looked, { before, health });
  return { state: health.state, released: releases ? await release(trx, looked, before, health) : 0 };
}

async function writeHealth(
  trx: TenantTransaction,
  { connectionId, now }: Looked,
  { before, health, name }: { before: AnsweringPage; health: Health; name: string | null },
): Promise<void> {
  const { state, missingScopes, errorCode } = health;
  const error = errorCode === null ? null : JSON.stringify(errorOf(errorCode, wordless, now));
  await trx
    .updateTable('connection')
    .set({ state, missing_scopes: missingScopes, last_success_at: now, last_checked_at: now })
    .$if(errorCode !== before.errorCode, (query) => query.set({ last_error: error }))
    .$if(name !== null, (query) => query.set({ name: name ?? '' }))
    // A repaired page gets a new grant version, so that a refusal from before cannot break it again.
    .$if(state === 'connected' && before.state !== 'connected', (query) =>
      query.set((eb) => ({ grant_version: eb('grant_version', '+', 1) })),
    )
    .where('id', '=', connectionId)
    .execute();
}

async function tellChange(
  trx: TenantTransaction,
  looked: Looked,
  { before, health }: { before: AnsweringPage; health: Health },
): Promise<void> {
  const { tenantId, connectionId, actor, now } = looked;
  const { network } = before;
  const kind = changeKind(before.state, health.state);
  if (actor.kind === 'user' && kind !== 'connection.repaired') {
    await appendConnectionEvent(trx, looked, { kind: 'connection.checked', data: { works: true } });
  }
  if (kind === null) return;
  const broken = { state: health.state, code: health.errorCode ?? 'consent_lapses' };
  const data = kind === 'connection.broken' ? broken : { works: true };
  await appendConnectionEvent(trx, looked, { kind, data });
  await tellConnection(trx, { tenantId, connectionId, network }, now);
}

/** Which event tells of a change of state of a page that has just answered. */
function changeKind(before: ConnectionState, after: Health['state']): ConnectionEventKind | null {
  if (before === after) return null;
  if (after === 'refresh_required') return 'connection.broken';
  return before === 'degraded' ? 'connection.recovered' : 'connection.repaired';
}

/** Lets what waited for the page go on. Returns how many posts were parked for it. */
async function release(trx: TenantTransaction, looked: Looked, before: GrantStanding, health: Health): Promise<number> {
  if (problemOf('publish', { ...before, ...health }) !== null) return 0;
  const worked = problemOf('publish', before) === null;
  return releaseWaiting(trx, looked, { worked, passed: null, now: looked.now });
}

/** Whether somebody else has to hear of it. */
function changes(before: AnsweringPage, health: Health): boolean {
  return before.state !== health.state || before.missingScopes.join() !== health.missingScopes.join();
}

async function readStanding(
  trx: TenantTransaction,
  id: ConnectionId,
  { lock = false }: { lock?: boolean } = {},
): Promise<AnsweringPage> {
  const row = await trx
    .selectFrom('connection')
    .select(['network', 'grant_kind', 'state', 'scopes', 'missing_scopes', 'last_error', 'consent_expires_at'])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('connection_duty as duty')
            .select('duty.kind')
            .whereRef('duty.tenant_id', '=', 'connection.tenant_id')
            .whereRef('duty.connection_id', '=', 'connection.id')
            .where('duty.kind', '=', 'refresh')
            .where('duty.attempts', '>=', failuresUntilTrouble),
        )
        .as('refresh_fails'),
    )
    .where('id', '=', id)
    .$if(lock, (query) => query.forUpdate('connection'))
    .executeTakeFirstOrThrow();
  return {
    ...standingOf(row),
    scopes: row.scopes,
    callRefused:
      row.last_error?.code === 'permission_lost' &&
      row.last_error.providerStatus !== null &&
      row.missing_scopes.length > 0,
    consentExpiresAt: row.consent_expires_at?.getTime() ?? null,
    refreshFails: Boolean(row.refresh_fails),
  };
}
