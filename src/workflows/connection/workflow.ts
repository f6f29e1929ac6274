import {
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ConnectionActivities } from '../../activities/connection.ts';
import type { RevocationActivities } from '../../activities/connection-revocation.ts';
import {
  type ConnectionProcess,
  dueTurn,
  hear,
  nextTurnAt,
  takenBack,
  told as afterTelling,
} from '../../domain/connection-process.ts';
import { networkNames } from '../../domain/network.ts';
import { dbOp, providerRevoke } from '../activity-options.ts';
import { searchAttributes } from '../search-attributes.ts';
import { queueBeside } from '../task-queues.ts';
import { type ConnectionRun, connectionChanged } from './messages.ts';

const { readConnection, tellOfConnection } = proxyActivities<ConnectionActivities>(dbOp);

/**
 * The life of one connection, from the first message to its disconnection: reads its row whenever that has changed, lets
 * people know what they must mend, reminds them until they have, and takes the grant back when it has ended. Connected
 * again later, it is another run.
 */
export async function connection({ process: handedOver, heard = [], ...input }: ConnectionRun): Promise<void> {
  const { tenantId, connectionId, network } = input;
  const key = { tenantId, connectionId };
  const seen = new Set(heard);
  let process: ConnectionProcess = handedOver ?? { kind: 'unread' };
  let changed = handedOver === undefined;

  setHandler(connectionChanged, ({ outboxId }) => {
    if (firstSeen(seen, outboxId)) changed = true;
  });

  while (changed || process.kind !== 'over') {
    if (changed) await look();
    else if (process.kind === 'disconnected') await takeBack();
    else if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof connection>(nextRun());
    else await waitForTurn();
  }

  async function look(): Promise<void> {
    changed = false;
    const reading = await readConnection.executeWithOptions({ summary: 'Read how it stands' }, [key]);
    stand(hear(process, reading, Date.now()));
  }

  /** Until the row changes, or the next instant at which people are told something. */
  async function waitForTurn(): Promise<void> {
    const dueAt = nextTurnAt(process);
    if (dueAt === null) return condition(() => changed);
    const leftMs = dueAt - Date.now();
    if (leftMs > 0 && (await condition(() => changed, leftMs, { summary: summaryOf(process) }))) return;
    await tell();
  }

  async function tell(): Promise<void> {
    const at = Date.now();
    const turn = dueTurn(process, at);
    if (turn === null) return;
    const summary = `Let people know: ${turn.kind}`;
    const { told, reading } = await tellOfConnection.executeWithOptions({ summary }, [{ ...key, turn, at }]);
    stand(hear(told ? afterTelling(process, at) : process, reading, Date.now()));
  }

  async function takeBack(): Promise<void> {
    const options = { ...providerRevoke, taskQueue: queueBeside('publish') };
    const { revokeGrant } = proxyActivities<RevocationActivities>(options);
    const summary = `Take the grant back at ${networkNames[network]}`;
    const { kind } = await revokeGrant.executeWithOptions({ summary }, [key]);
    if (kind === 'alive') changed = true;
    stand(takenBack(process));
  }

  function stand(next: ConnectionProcess): void {
    if (next === process) return;
    process = next;
    const dueAt = nextTurnAt(process);
    upsertSearchAttributes([
      { key: searchAttributes.phase, value: process.kind === 'broken' ? process.state : process.kind },
      { key: searchAttributes.dueAt, value: dueAt === null ? null : new Date(dueAt) },
    ]);
  }

  function nextRun(): ConnectionRun {
    return { ...input, process, heard: [...seen] };
  }
}

/** So many outbox ids are remembered: a second delivery comes soon after the first, and one too many is only a look. */
const memory = 20;

function firstSeen(seen: Set<string>, outboxId: string): boolean {
  if (seen.has(outboxId)) return false;
  seen.add(outboxId);
  const [oldest] = seen;
  if (seen.size > memory && oldest !== undefined) seen.delete(oldest);
  return true;
}

function summaryOf(process: ConnectionProcess): string {
  return process.kind === 'broken' && process.toldAt === null ? 'Does it mend itself?' : 'Reminder';
}
