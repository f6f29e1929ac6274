import { z } from 'zod';
import { selectConnection } from '../../db/connection-card.ts';
import { recordLook } from '../../db/connection-health.ts';
import { type Look, wordless } from '../../domain/connection-health.ts';
import type { ConnectionId, TenantId } from '../../domain/ids.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { defineRoute } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { readAccess } from './page-access.ts';
import { presentingTo } from './presenting.ts';
import type { Probe, ProbedPage, ProbeOutcome } from './probe.ts';
import { askWithRenewal, type Renew } from './renew.ts';

export interface CheckDependencies {
  readonly probe: Probe;
  readonly renew: Renew;
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
    description: 'A person has ended the connection: there is nothing to check. Connect the page anew.',
    example: { state: 'disconnected' },
  },
} as const;

/** Probes a page and, if it answers, lets what waited for it go on. */
export function checkConnection({ probe, renew, masterKeys, urls }: CheckDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/check',
    tag: 'Connections',
    summary: 'Check a connection and release what waits for it',
    description:
      'Asks the network for the page with the stored token, which is renewed first if the network says that it has lapsed. If it answers, the connection is `connected` and every post that was parked for it goes on by itself, those that are late as the connection’s `passedSlots` says. If the network refuses the token, the connection is `expired` or `refresh_required`; if the network is in trouble, `degraded`. All of these are a 200: the check itself worked.',
    permission: 'connection.check',
    params: z.strictObject({ connectionId }),
    answer: { status: 200, schema: checked, description: 'What the check found.' },
    refusals,
    audit: 'connection.checked',
    act: async (ctx) => {
      const { params, caller, now, inTenant, refuse } = ctx;
      const actor = { kind: 'user', id: caller.userId } as const;
      const about = { tenantId: caller.tenantId, connectionId: params.connectionId, actor, now };
      const access = await inTenant((trx) => readAccess(trx, about, masterKeys));
      if (access === null) throw refuse('not_found');
      if (access.page === 'none') throw refuse('not_connected', { extensions: { state: access.state } });
      const outcome =
        access.page === null ? grantGone : await probed({ probe, renew }, about, { ...access, page: access.page });
      return inTenant(async (trx) => {
        const looked = { ...about, grantVersion: access.grantVersion };
        const { released } = await recordLook(trx, looked, lookOf(outcome));
        const row = await selectConnection(trx, params.connectionId);
        if (row === null) throw refuse('not_found');
        const connection = presentConnection(row, presentingTo(ctx, urls));
        return answer({ connection, works: outcome.kind === 'works', released });
      });
    },
  });
}

/** Reads the page with the token that is there, or with a new one if that has lapsed. */
function probed(
  { probe, renew }: Pick<CheckDependencies, 'probe' | 'renew'>,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { page, tokenVersion }: { page: ProbedPage; tokenVersion: number },
): Promise<ProbeOutcome> {
  const { accessToken } = page;
  return askWithRenewal(renew, { tenantId, connectionId, tokenVersion, accessToken }, (token) =>
    probe({ ...page, accessToken: token }, AbortSignal.timeout(probeTimeoutMs)),
  );
}

/** A connection without a token has nothing to be probed with. */
const grantGone: ProbeOutcome = {
  kind: 'grant_refused',
  problem: 'gone',
  missing: [],
  lapsed: false,
  ...wordless,
};

/** A page that answers tells neither names nor permissions. */
function lookOf(outcome: ProbeOutcome): Look {
  return outcome.kind === 'works' ? { kind: 'works', name: null, scopes: null } : outcome;
}
