import { Client, Connection } from '@temporalio/client';

export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey: string | null;
}

/**
 * A client that connects at its first use, so that a program can start while Temporal is down. Calls are not retried
 * by the connection: whoever waits for an answer decides how long to try.
 */
export function createTemporalClient({ address, namespace, tls, apiKey }: TemporalSettings): {
  client: Client;
  connection: Connection;
} {
  const connection = Connection.lazy({
    address,
    tls: tls ? {} : null,
    interceptors: [],
    ...(apiKey === null ? {} : { apiKey }),
  });
  return { client: new Client({ connection, namespace }), connection };
}

/** Asks whether the namespace can be reached. Throws when it cannot within `timeoutMs`. */
export async function checkTemporal(connection: Connection, namespace: string, timeoutMs: number): Promise<void> {
  await connection.withDeadline(Date.now() + timeoutMs, () =>
    connection.workflowService.describeNamespace({ namespace }),
  );
}
