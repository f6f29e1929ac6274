import type { HttpAnswer } from '../../../src/channels/http.ts';

/** An answer as the HTTP client hands it to a channel. */
export function received(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers,
    body: Buffer.from(text),
    json: typeof body === 'string' ? undefined : JSON.parse(text),
    quote: (words) => words,
  };
}
