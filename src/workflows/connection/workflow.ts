import {
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ConnectionActivities } from '../../activities/connection.ts';
import {
  type ConnectionProcess,
  dueTurn,
  hear,
  nextTurnAt,
  takenBack,
  told as afterTelling,
} from '../../domain/connection-process.ts';
import { dbOp } from '../activity-options.ts';
import { searchAttributes } from '../search-attributes.ts';
import { errandsFor } from './errands.ts';
import { type ConnectionRun, connectionChanged } from './messages.ts';
import { recentlyHeard } from '../recently-heard.ts';

const { readConnection, tellOfConnection } = proxyActivities<ConnectionActivities>(dbOp);

/** A picture is looked for at most this often, and only when something has happened to the connection anyway. */
const pictureEveryMs = 24 * 3_600_000;

/**
 * The life of one connection, from the first message to its disconnection: reads its row whenever that has changed, lets
 * people know what they must mend, reminds them until they have, and takes the grant back when it has ended. Connected
 * again later, it is another run.
 */
export async function connection({ handedOver, ...input }: ConnectionRun): Promise<void> {
  const { tenantId, connectionId } = input;
  const key = { tenantId, connectionId };
  const errands = errandsFor(input);
  const messages = recentlyHeard(handedOver?.heard ?? []);
  let process: ConnectionProcess = handedOver?.process ?? { kind: 'unread' };
  let pictureAt = handedOver?.pictureAt ?? null;
  let changed = handedOver === undefined;

  setHandler(connectionChanged, ({ outboxId }) => {
    if (messages.isNew(outboxId)) changed = true;
  });

  while (changed || process.kind !== 'over') {
    if (changed) await look();
    else if (process.kind === 'disconnected') await takeBack();
    else if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof connection>(nextRun());
    else if (pictureIsDue()) await keepPicture();
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
    const { kind } = await errands.takeGrantBack();
    if (kind === 'alive') changed = true;
    stand(takenBack(process));
  }

  function pictureIsDue(): boolean {
    return process.kind === 'working' && (pictureAt === null || Date.now() - pictureAt >= pictureEveryMs);
  }

  async function keepPicture(): Promise<void> {
    pictureAt = Date.now();
    await errands.keepPicture();
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
    return { ...input, handedOver: { process, pictureAt, heard: messages.all() } };
  }
}

function summaryOf(process: ConnectionProcess): string {
  return process.kind === 'broken' && process.toldAt === null ? 'Does it mend itself?' : 'Reminder';
}
