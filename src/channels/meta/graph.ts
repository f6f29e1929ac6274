import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { HostedNetwork } from '../http/hosts.ts';
import { type CallOptions, ChannelError, type PageAccess } from '../channel.ts';
import type { ChannelHttp, HttpAnswer, HttpRequest } from '../http.ts';
import type { Target } from '../http/hosts.ts';
import { holdsMetaError, metaError } from './errors.ts';

/** Our app at Meta. Without id and secret, granted tokens still work; connecting and app proofs do not. */
export interface MetaApp {
  readonly id: string | null;
  readonly secret: string | null;
  /** Like `v25.0`. */
  readonly graphVersion: string;
  /** Which of the app's Embedded Signup flows connects WhatsApp numbers. */
  readonly whatsappConfigId: string | null;
}

export interface MetaDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: MetaApp;
}

export interface GraphCall<T> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version, like `/1234/feed`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly accessToken: string | null;
  readonly repeat: HttpRequest['repeat'];
  readonly departWithinMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly answer: z.ZodType<T>;
}

/** A file that Meta is to fetch, handed over at a URL that Meta gave us for it. */
export interface GraphUpload<T> {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly accessToken: string | null;
  readonly repeat: HttpRequest['repeat'];
  readonly signal: AbortSignal | undefined;
  readonly answer: z.ZodType<T>;
}

/** Bytes that Meta takes itself, at the upload session that it opened for them. */
export interface GraphBytes<T> {
  /** Below the version, like `/upload:MTph`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  readonly accessToken: string;
  readonly repeat: HttpRequest['repeat'];
  readonly signal: AbortSignal | undefined;
  readonly answer: z.ZodType<T>;
}

export interface Graph {
  /** One call, its answer parsed. Throws `ChannelError`. */
  call<T>(call: GraphCall<T>): Promise<T>;
  upload<T>(upload: GraphUpload<T>): Promise<T>;
  uploadBytes<T>(upload: GraphBytes<T>): Promise<T>;
  /** Every item of a list that comes in pages, in order, up to `maxPages` pages. */
  list<T>(call: GraphList<T>): Promise<readonly T[]>;
}

export interface GraphList<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accessToken: string;
  readonly signal: AbortSignal | undefined;
  readonly item: z.ZodType<T>;
  readonly maxPages: number;
}

/** The Graph API as one network sees it. */
export function graphApi(network: HostedNetwork, { http, clock, app }: MetaDependencies): Graph {
  async function answerTo(call: Omit<GraphCall<unknown>, 'path' | 'answer'>, target: Target): Promise<HttpAnswer> {
    const proof = call.accessToken === null ? {} : appSecretProof(app, call.accessToken);
    return understandable({
      target,
      method: call.method,
      query: { ...call.query, ...proof },
      // In a header the token stays out of every access log between us and Meta.
      headers: call.accessToken === null ? {} : { authorization: `Bearer ${call.accessToken}` },
      ...(call.json === undefined ? {} : { body: { json: call.json } }),
      repeat: call.repeat,
      departWithinMs: call.departWithinMs,
      signal: call.signal,
    });
  }

  async function understandable(request: Omit<HttpRequest, 'network'>): Promise<HttpAnswer> {
    const answer = await http.send({ ...request, network });
    // Some errors come with status 200.
    if (answer.status < 200 || answer.status > 299 || holdsMetaError(answer)) {
      throw metaError(network, answer, request.repeat, clock());
    }
    return answer;
  }

  const versioned = (path: string): Target => ({ base: 'api', path: `/${app.graphVersion}${path}` });

  return {
    async call(call) {
      const answer = await answerTo(call, versioned(call.path));
      return understood(network, call.answer, answer);
    },
    async upload({ url, headers, accessToken, repeat, signal, answer }) {
      const taken = await understandable({
        target: { url },
        method: 'POST',
        // The upload host knows this scheme only, and no proofs.
        headers: { ...headers, ...(accessToken === null ? {} : { authorization: `OAuth ${accessToken}` }) },
        repeat,
        signal,
      });
      return understood(network, answer, taken);
    },
    async uploadBytes({ path, headers, bytes, mimeType, accessToken, repeat, signal, answer }) {
      const taken = await understandable({
        target: versioned(path),
        method: 'POST',
        headers: { ...headers, authorization: `OAuth ${accessToken}` },
        body: { bytes, mimeType },
        repeat,
        signal,
      });
      return understood(network, answer, taken);
    },
    async list<T>(call: GraphList<T>) {
      const items: T[] = [];
      const answerOfPage = listOf(call.item);
      let target: Target | null = versioned(call.path);
      for (let page = 0; target !== null && page < call.maxPages; page += 1) {
        const read = { ...call, method: 'GET', repeat: 'harmless', query: page === 0 ? call.query : {} } as const;
        const answer: HttpAnswer = await answerTo(read, target);
        const { data, paging } = understood(network, answerOfPage, answer);
        items.push(...data);
        target = paging?.next === undefined ? null : { url: withoutToken(paging.next) };
      }
      return items;
    },
  };
}

/** What a call for a page that may be repeated has in common with the others. */
export function harmlessFor(
  page: PageAccess,
  options: CallOptions | undefined,
): Pick<GraphCall<unknown>, 'accessToken' | 'repeat' | 'signal'> {
  return { accessToken: page.accessToken, repeat: 'harmless', signal: options?.signal };
}

/** Meta's times look like `2026-11-22T09:00:00+0000`. */
export const graphTime = z
  .string()
  .transform((text) => Date.parse(text))
  .pipe(z.number());

/** Parses an answer that came as a success; one that makes no sense may still have done what was asked. */
function understood<T>(network: HostedNetwork, schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw new ChannelError(`${network} answered in a form that nobody has taught us.`, {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}

function appSecretProof(app: MetaApp, accessToken: string): Record<string, string> {
  if (app.secret === null) return {};
  return { appsecret_proof: createHmac('sha256', app.secret).update(accessToken).digest('hex') };
}

interface ListPage<T> {
  readonly data: readonly T[];
  readonly paging?: { readonly next?: string | undefined } | undefined;
}

function listOf<T>(item: z.ZodType<T>): z.ZodType<ListPage<T>> {
  return z.object({ data: z.array(item), paging: z.object({ next: z.string().optional() }).optional() });
}

/** The next page's URL holds the token and its proof; both are sent anew. */
function withoutToken(next: string): string {
  if (!URL.canParse(next)) return next;
  const url = new URL(next);
  url.searchParams.delete('access_token');
  url.searchParams.delete('appsecret_proof');
  return url.href;
}
