import { recordLook } from '../../db/connection-health.ts';
import { selectAccounts } from '../../db/template-account.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import type { SealKey } from '../../platform/sealing.ts';
import { readAccess } from '../connections/page-access.ts';
import type { ProblemDetails, Refused } from '../problem.ts';
import type { Caller } from '../route-context.ts';
import type { AccountAccess, DeskTrouble, TemplateGone, TemplateRefused } from './template-desk.ts';
import type { networkProblems } from './template-problems.ts';

/** What a handler that asks WhatsApp has at hand, whatever else it may refuse. */
interface Asking {
  readonly caller: Caller;
  readonly now: Date;
  inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T>;
  refuse(code: keyof typeof networkProblems, details?: ProblemDetails): Refused;
}

/** An account, and the connection whose token manages it. */
export interface HeldAccount extends AccountAccess {
  readonly connectionId: ConnectionId;
  readonly grantVersion: number;
}

/** The token that manages an account; `null` where none of its numbers is connected. */
export async function accountAccess(
  trx: TenantTransaction,
  { caller, now }: Pick<Asking, 'caller' | 'now'>,
  { wabaId, masterKeys }: { wabaId: string; masterKeys: readonly SealKey[] },
): Promise<HeldAccount | null> {
  const account = (await selectAccounts(trx)).find((each) => each.wabaId === wabaId);
  if (account === undefined) return null;
  const { connectionId } = account;
  const access = await readAccess(trx, { tenantId: caller.tenantId, connectionId, now }, masterKeys);
  if (access === null || access.page === null || access.page === 'none') return null;
  return { wabaId, connectionId, grantVersion: access.grantVersion, accessToken: access.page.accessToken };
}

/**
 * What an unsuccessful outcome is answered with, and what it means for the connection: a grant that WhatsApp no longer
 * honours breaks it, as a look at the number would.
 */
export async function failed(
  { caller, now, inTenant, refuse }: Asking,
  { connectionId, grantVersion }: HeldAccount,
  outcome: TemplateRefused | TemplateGone | DeskTrouble,
): Promise<Refused> {
  switch (outcome.kind) {
    case 'gone':
      return refuse('gone_at_network');
    case 'refused': {
      const { providerCode: code, providerMessage: message } = outcome;
      return refuse('refused_by_network', { extensions: { provider: { code, message } } });
    }
    case 'trouble':
      return refuse('network_trouble', retryAfter(outcome.retryAfterMs));
    case 'grant_refused': {
      const actor = { kind: 'user', id: caller.userId } as const;
      const looked = { tenantId: caller.tenantId, connectionId, actor, grantVersion, now };
      await inTenant((trx) => recordLook(trx, looked, { ...outcome, missing: [] }));
      return refuse('connection_broken', { extensions: { connectionId } });
    }
  }
}

function retryAfter(ms: number | null) {
  return ms === null ? {} : { headers: { 'retry-after': String(Math.ceil(ms / 1_000)) } };
}
