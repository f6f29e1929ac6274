import { Client, Connection } from '@temporalio/client';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { readApiConfig } from '../../src/platform/config.ts';

/** Some tests grow a history by events of half a megabyte, which come in one message. */
const channelArgs = { 'grpc.max_receive_message_length': 64 * 1_048_576 };

/** Works with the stack's Temporal, as an operator could. */
export async function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const { address, namespace } = readApiConfig(programVariables(testStack())).temporal;
  const connection = Connection.lazy({ address, channelArgs });
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

/** Everything that the history of a run holds as text: names of types, summaries, and every payload decoded. */
export async function historyText(client: Client, workflowId: string, runId?: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const texts: string[] = [];
  collect(events, texts);
  return texts.join('\n');
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('utf8'));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      texts.push(name);
      collect(member, texts);
    }
  }
}
