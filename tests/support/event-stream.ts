import { createParser } from 'eventsource-parser';

export interface StreamedEvent {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly entity: { readonly kind: string; readonly id: string };
  readonly actor: { readonly kind: string; readonly id: string | null };
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client of `GET /v1/events`, on a parser of other people's making. */
export interface EventsClient {
  readonly response: Response;
  /** Everything without a name, in the order of arrival. */
  readonly events: readonly StreamedEvent[];
  readonly comments: readonly string[];
  /** What a client that loses the connection now would send as `Last-Event-ID`. */
  lastEventId(): string | null;
  /** The wait that the server asked for. */
  retryMs(): number | null;
  /** Resolves once the condition holds of what has arrived. Throws after `withinMs`. */
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface OpenEvents {
  readonly token: string;
  readonly after?: string | null;
  readonly query?: Readonly<Record<string, string>>;
  /** Told of each event as it arrives. */
  readonly onEvent?: (event: StreamedEvent) => void;
}

const patienceMs = 20_000;
const lookEveryMs = 10;

/** Connects, and returns when the stream has told where it begins. Throws for any answer but 200. */
export async function openEvents(
  base: string,
  { token, after = null, query = {}, onEvent }: OpenEvents,
): Promise<EventsClient> {
  const leaving = new AbortController();
  const response = await fetch(`${base}/v1/events?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${token}`, ...(after === null ? {} : { 'last-event-id': after }) },
    signal: leaving.signal,
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`the stream was answered ${response.status}: ${await response.text()}`);
  }
  const events: StreamedEvent[] = [];
  const comments: string[] = [];
  let [lastEventId, ready, retryMs, over] = [null as string | null, false, null as number | null, false];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'ready') {
        ready = true;
        return;
      }
      const told = JSON.parse(data) as StreamedEvent;
      events.push(told);
      onEvent?.(told);
    },
    onId: (id) => (lastEventId = id),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => (retryMs = ms),
  });
  const ended = feed(response.body, (text) => parser.feed(text)).finally(() => (over = true));

  const client: EventsClient = {
    response,
    events,
    comments,
    lastEventId: () => lastEventId,
    retryMs: () => retryMs,
    ended,
    until: async (what, holds, withinMs = patienceMs) => {
      const giveUpAt = Date.now() + withinMs;
      while (!holds()) {
        if (Date.now() > giveUpAt) throw new Error(`the stream did not bring ${what}, but ${JSON.stringify(events)}`);
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
    close: async () => {
      leaving.abort();
      await ended;
    },
  };
  await client.until('its beginning', () => ready || over);
  return client;
}

/** Reads to the end; a connection that breaks is an end like any other. */
async function feed(body: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) take(decoder.decode(chunk, { stream: true }));
  } catch {
    // Cut off by the server, by a kill, or by `close`.
  }
}
