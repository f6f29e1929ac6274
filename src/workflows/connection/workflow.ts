import { condition, setHandler } from '@temporalio/workflow';
import type { ConnectionInput } from '../../domain/connection.ts';
import { connectionChanged } from './messages.ts';

/** The life of one connection: hears of every change of its state. */
export async function connection(_input: ConnectionInput): Promise<void> {
  const heard = new Set<string>();
  setHandler(connectionChanged, ({ outboxId }) => void heard.add(outboxId));
  await condition(() => false);
}
