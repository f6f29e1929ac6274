import type { z } from 'zod';
import { ChannelError } from '../channel.ts';
import type { ChannelHttp, HttpAnswer, HttpBody, HttpRequest } from '../http.ts';
import type { Target } from '../http/hosts.ts';
import type { GoogleApp } from '../oauth-app.ts';
import { googleError } from './errors.ts';

/** The networks that are Google's. They share a person, a consent page and our one client. */
export type GoogleNetwork = 'youtube' | 'google_business' | 'google_play' | 'gmail';

export interface GoogleDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: GoogleApp;
}

export interface GoogleCall<T> {
  readonly method: 'GET' | 'POST';
  readonly target: Target;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly accessToken: string | null;
  readonly repeat: HttpRequest['repeat'];
  readonly signal: AbortSignal | undefined;
  readonly answer: z.ZodType<T>;
}

/** One call, its answer parsed. Throws `ChannelError` for every answer that is not a success. */
export type GoogleRest = <T>(call: GoogleCall<T>) => Promise<T>;

/** Google's APIs as one of its networks sees them. */
export function googleRest(network: GoogleNetwork, { http, clock }: GoogleDependencies): GoogleRest {
  return async (call) => {
    const answer = await http.send({
      network,
      target: call.target,
      method: call.method,
      ...(call.query === undefined ? {} : { query: call.query }),
      ...(call.accessToken === null ? {} : { headers: { authorization: `Bearer ${call.accessToken}` } }),
      ...(call.body === undefined ? {} : { body: call.body }),
      repeat: call.repeat,
      signal: call.signal,
    });
    if (answer.status >= 200 && answer.status <= 299) return understood(network, call.answer, answer);
    throw googleError(network, answer, call.repeat, clock());
  };
}

/** Enough for every agency we know of. */
const maxSheets = 50;

/** Every item of a list that Google hands out in sheets, in order. */
export async function everyItem<Sheet extends { readonly nextPageToken?: string | undefined }, Item>(
  read: (query: Readonly<Record<string, string>>) => Promise<Sheet>,
  itemsOf: (sheet: Sheet) => readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let query: Readonly<Record<string, string>> = {};
  for (let sheets = 0; sheets < maxSheets; sheets += 1) {
    const sheet = await read(query);
    items.push(...itemsOf(sheet));
    // An empty token ends a list too.
    if (sheet.nextPageToken === undefined || sheet.nextPageToken === '') break;
    query = { pageToken: sheet.nextPageToken };
  }
  return items;
}

/** The answer's body, parsed; an answer that makes no sense may still have done what was asked. */
function understood<T>(network: GoogleNetwork, schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw new ChannelError(`${network} answered in a form that nobody has taught us.`, {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}
