import { setTimeout as pause } from 'node:timers/promises';
import type { UpdateDefinition } from '@temporalio/common';
import type { TenantTransaction } from '../../db/tenant.ts';
import { refuseCommon } from '../common-problems.ts';
import { type ProblemDetails, Refused } from '../problem.ts';
import type { ActContext, RefusalFacts } from '../route-context.ts';

const patienceMs = 5_000;
const pauseMs = 200;

export interface ProcessCommand<Answer, Args extends unknown[]> {
  readonly update: UpdateDefinition<Answer, Args>;
  readonly workflowId: string;
  readonly args: Args;
  readonly explain: Explain;
  /** Whether by the rows the process runs; if so, one that cannot be found is on its way through the outbox. */
  readonly running: (trx: TenantTransaction) => Promise<boolean>;
  /** Why nothing can be commanded any more, read from the rows. */
  readonly ended: (trx: TenantTransaction) => Promise<Refused>;
}

type Explain = (code: string, facts: RefusalFacts) => ProblemDetails | Promise<ProblemDetails>;

/** What sends commands, whichever refusals its route declares. */
export interface CommandContext extends Pick<ActContext<unknown, unknown, unknown, never>, 'inTenant' | 'services'> {
  command<Answer, Args extends unknown[]>(
    update: UpdateDefinition<Answer, Args>,
    workflowId: string,
    args: Args,
    explain?: Explain,
  ): Promise<Answer>;
}

/**
 * Sends a command to a process that was started through the outbox. Between the commit and the start, and between the
 * end and its record, the rows and Temporal do not agree: it waits until they do. Throws 503 if they do not in time.
 */
export async function sendToProcess<Answer, Args extends unknown[]>(
  { command, inTenant, services }: CommandContext,
  { update, workflowId, args, explain, running, ended }: ProcessCommand<Answer, Args>,
): Promise<Answer> {
  const deadline = services.clock() + patienceMs;
  for (;;) {
    try {
      return await command(update, workflowId, args, explain);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'finished') throw error;
    }
    const refusal = await inTenant(async (trx) => ((await running(trx)) ? null : ended(trx)));
    if (refusal !== null) throw refusal;
    if (services.clock() > deadline) throw refuseCommon('command_unavailable', { headers: { 'retry-after': '2' } });
    await pause(pauseMs);
  }
}
