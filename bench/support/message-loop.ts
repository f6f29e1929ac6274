import { Pool } from 'undici';

/** Where messages are handed in, and over how many connections. */
export interface Counter {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
}

/** `send` hands one message in and answers with the network's id of it. */
export function openCounter({ origin, path, headers, connections }: Counter) {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const send = async (body: string): Promise<string> => {
    const answer = await pool.request({ method: 'POST', path, headers: { ...headers }, body });
    const { messages } = (await answer.body.json()) as { messages?: readonly { id: string }[] };
    const [message] = messages ?? [];
    if (message === undefined) throw new Error(`a message was refused with ${answer.statusCode}`);
    return message.id;
  };
  return { send, close: () => pool.close() };
}

/** The bare loop: each connection takes the next message when its last is answered. `taken` is told of every answer. */
export async function sendInLoop(
  counter: Counter,
  bodies: readonly string[],
  taken: (index: number, id: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const { send, close } = openCounter(counter);
  const queue = bodies.entries();
  const lane = async (): Promise<void> => {
    for (const [index, body] of queue) await taken(index, await send(body));
  };
  await Promise.all(Array.from({ length: counter.connections }, lane));
  await close();
}
