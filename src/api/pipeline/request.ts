import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as the pipeline sees it, whatever serves HTTP. */
export interface ApiRequest {
  readonly id: string;
  readonly method: string;
  /** As called, without the query. */
  readonly path: string;
  /** The query with its question mark; empty without one. */
  readonly search: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly stream: IncomingMessage;
}

/** An answer that is ready to be written. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text of the body; null for an answer without one. */
  readonly json: string | null;
}

/** A header that must not come twice; node joins repeated ones with a comma. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}
