import { z } from 'zod';
import { markConnected, markTrouble } from '../../db/connection.ts';
import { selectConnection } from '../../db/connection-card.ts';
import { breakConnection } from '../../db/connection-grant.ts';
import { releaseWaiting } from '../../db/connection-repair.ts';
import { appendEvents } from '../../db/event.ts';
import { closeGate } from '../../db/halt.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { usable } from '../../domain/connection.ts';
import type { ConnectionId, TenantId, UserId } from '../../domain/ids.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { defineRoute } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { errorOf } from './connection-error.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { readAccess } from './page-access.ts';
import { presentingTo } from './presenting.ts';
import type { Probe, ProbeOutcome } from './probe.ts';

export interface CheckDependencies {
  readonly probe: Probe;
  readonly masterKeys: readonly SealKey[];
  readonly urls: MediaUrls;
}

const probeTimeoutMs = 15_000;

const checked = z
  .object({
    connection: connectionView,
    works: z.boolean().meta({ description: 'Whether the page answered.' }),
    released: z.int().meta({ description: 'How many posts that waited for the page now go on.' }),
  })
  .meta({ id: 'ConnectionCheck', description: 'What a check found.' });

const refusals = {
  not_connected: {
    status: 409,
    title: 'Not connected',
    description: 'The connection was ended by a person or is still being made: there is nothing to check.',
    example: { state: 'disconnected' },
  },
} as const;

/** Probes a page and, if it answers, lets what waited for it go on. */
export function checkConnection({ probe, masterKeys, urls }: CheckDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/check',
    tag: 'Connections',
    summary: 'Check a connection and release what waits for it',
    description:
      'Asks the network for the page with the stored token. If it answers, the connection is `connected` and every post that was parked for it goes on by itself. If the network refuses the token, the connection is `expired` or `refresh_required`; if the network is in trouble, `degraded`. All of these are a 200: the check itself worked.',
    permission: 'connection.check',
    params: z.strictObject({ connectionId }),
    answer: { status: 200, schema: checked, description: 'What the check found.' },
    refusals,
    audit: 'connection.checked',
    act: async (ctx) => {
      const { params, caller, now, inTenant, refuse } = ctx;
      const about: Checked = { tenantId: caller.tenantId, connectionId: params.connectionId, by: caller.userId, now };
      const access = await inTenant((trx) => readAccess(trx, about, masterKeys));
      if (access === null) throw refuse('not_found');
      if (access.page === 'none') throw refuse('not_connected', { extensions: { state: access.state } });
      const outcome = access.page === null ? grantGone : await probe(access.page, AbortSignal.timeout(probeTimeoutMs));
      return inTenant(async (trx) => {
        const released = await record(trx, { ...about, grantVersion: access.grantVersion }, outcome);
        const row = await selectConnection(trx, params.connectionId);
        if (row === null) throw refuse('not_found');
        const connection = presentConnection(row, presentingTo(ctx, urls));
        return answer({ connection, works: outcome.kind === 'works', released });
      });
    },
  });
}

interface Checked {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly by: UserId;
  readonly now: Date;
}

/** A connection without a token has nothing to be probed with. */
const grantGone: ProbeOutcome = {
  kind: 'grant_refused',
  problem: 'gone',
  providerStatus: null,
  providerCode: null,
  providerMessage: null,
};

/** Writes down what the probe found. Returns how many parked posts it released. */
async function record(
  trx: TenantTransaction,
  about: Checked & { grantVersion: number },
  outcome: ProbeOutcome,
): Promise<number> {
  const { tenantId, connectionId, grantVersion, now } = about;
  switch (outcome.kind) {
    case 'works':
      return recordSuccess(trx, about);
    case 'grant_refused': {
      const code = outcome.problem === 'gone' ? 'grant_gone' : 'permission_lost';
      const state = outcome.problem === 'gone' ? 'expired' : 'refresh_required';
      const error = errorOf(code, outcome, now);
      await breakConnection(trx, { tenantId, connectionId }, { grantVersion, state, error, now });
      await append(trx, about, 'connection.checked', { works: false, code });
      return 0;
    }
    case 'trouble': {
      const code = outcome.providerStatus === null ? 'no_answer' : 'network_trouble';
      await markTrouble(trx, connectionId, { error: errorOf(code, outcome, now), now });
      await append(trx, about, 'connection.checked', { works: false, code });
      return 0;
    }
  }
}

async function recordSuccess(trx: TenantTransaction, about: Checked): Promise<number> {
  const { tenantId, connectionId, now } = about;
  // Closed, so that a post that starts meanwhile either is told or sees that the connection works again.
  await closeGate(trx, tenantId);
  const before = await markConnected(trx, connectionId, now);
  // A person has ended it while the network was asked: nothing goes on.
  if (before === 'disconnected') return 0;
  await append(trx, about, usable(before) ? 'connection.checked' : 'connection.repaired', { works: true });
  return releaseWaiting(trx, about, { before, passed: 'ask', now });
}

function append(
  trx: TenantTransaction,
  { tenantId, connectionId, by, now }: Checked,
  kind: 'connection.checked' | 'connection.repaired',
  data: Record<string, unknown>,
): Promise<void> {
  return appendEvents(trx, [
    { tenantId, at: now, kind, entity: 'connection', entityId: connectionId, actor: { kind: 'user', id: by }, data },
  ]);
}
