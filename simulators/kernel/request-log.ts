import type { Collection, Store } from './store.ts';

/** One request that reached the network, whatever became of it. */
export interface LoggedRequest {
  readonly id: string;
  /** Epoch milliseconds at which its headers had arrived. */
  readonly receivedAt: number;
  readonly method: string;
  readonly path: string;
  /** The query with tokens and secrets blacked out. */
  readonly query: string;
  /** Which operation of the network it is, such as `facebook.feed.create`; `null` until that is known. */
  readonly operation: string | null;
  readonly state: 'processing' | 'held' | 'answered' | 'unanswered';
  /** The status that was answered; `null` while there is none, and for ever if the connection was cut instead. */
  readonly status: number | null;
  readonly answeredAt: number | null;
  /** The fault that was applied to it. */
  readonly fault: { readonly id: string; readonly action: string } | null;
  /** Whether the network did what was asked, answered or not. */
  readonly effect: boolean;
}

export interface RequestFilter {
  /** Epoch milliseconds, inclusive. */
  readonly since?: number | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly operation?: string | undefined;
}

export interface RequestLog {
  get(id: string): LoggedRequest | null;
  /** Writes down what has become known of a request. */
  note(request: LoggedRequest): void;
  list(): LoggedRequest[];
}

export function requestLog(store: Store): RequestLog {
  const requests: Collection<LoggedRequest> = store.collection('request');
  return {
    get: requests.get,
    note: (request) => requests.put(request.id, { ...request, path: redactedPath(request.path) }),
    list: () => requests.values().toSorted((a, b) => a.receivedAt - b.receivedAt),
  };
}

/** A bot's token is a part of the path. */
const redactedPath = (path: string): string => path.replace(/^\/bot\d+:[\w-]+/, '/bot…');

const secretParameters = [
  'access_token',
  'appsecret_proof',
  'client_secret',
  'code',
  'fb_exchange_token',
  'input_token',
  'refresh_token',
  'revoke_token',
  'token',
];

/** The query string of `url` with every token and secret in it blacked out. */
export function redactedQuery(url: URL): string {
  const query = new URLSearchParams(url.search);
  for (const name of secretParameters) if (query.has(name)) query.set(name, '[redacted]');
  return query.toString();
}
