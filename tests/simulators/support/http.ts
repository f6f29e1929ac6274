export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `null` if there was none. */
  readonly body: Json;
}

/** Whatever a network answers: tests look into it by name. */
export type Json = { readonly [name: string]: Json } & readonly Json[];

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
}

/** Sends a request and reads the whole answer. */
export async function send(url: string, sent: Sent = {}): Promise<Reply> {
  const query = sent.query === undefined ? '' : `?${new URLSearchParams(sent.query).toString()}`;
  const { body, headers } = payload(sent);
  const answer = await fetch(url + query, {
    method: sent.method ?? (body === null ? 'GET' : 'POST'),
    headers: { ...headers, ...sent.headers },
    body,
    redirect: 'manual',
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parse(text) };
}

interface Payload {
  readonly body: URLSearchParams | string | Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

function payload({ form, json, bytes }: Sent): Payload {
  if (form !== undefined) return { body: new URLSearchParams(form), headers: {} };
  if (json !== undefined) return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  return { body: bytes === undefined ? null : Buffer.from(bytes), headers: {} };
}

function parse(text: string): Json {
  if (!/^[[{]/.test(text)) return null as unknown as Json;
  return JSON.parse(text) as Json;
}
