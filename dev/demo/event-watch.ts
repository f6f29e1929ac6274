import { createParser } from 'eventsource-parser';
import { z } from 'zod';

import { Complaint } from '../complaint.ts';

const told = z.object({ kind: z.string(), data: z.record(z.string(), z.unknown()) });

/** Something that the API tells as it happens. */
export type ToldEvent = z.output<typeof told>;

/** Follows what happens to one entity by server-sent events, until it is closed. Returns how to close it. */
export async function watchEvents(
  follow: (path: string, signal: AbortSignal) => Promise<Response>,
  entity: string,
  onEvent: (event: ToldEvent) => void,
): Promise<() => Promise<void>> {
  const leaving = new AbortController();
  const response = await follow(`/v1/events?${new URLSearchParams({ entity })}`, leaving.signal);
  if (response.status !== 200 || response.body === null) {
    throw new Complaint(`The API does not tell what happens (HTTP ${response.status}).`);
  }
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event !== 'ready') onEvent(told.parse(JSON.parse(data)));
    },
  });
  const ended = read(response.body, (text) => parser.feed(text));
  return async () => {
    leaving.abort();
    await ended;
  };
}

async function read(body: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) take(decoder.decode(chunk, { stream: true }));
  } catch (error) {
    // Closed by us, or cut off: what is shown last is read again at rest.
    if (!(error instanceof Error)) throw error;
  }
}
