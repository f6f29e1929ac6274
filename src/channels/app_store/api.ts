import { z } from 'zod';
import { type CallOptions, ChannelError, type ChannelErrorFacts } from '../channel.ts';
import type { ChannelHttp, HttpAnswer } from '../http.ts';
import type { Target } from '../http/hosts.ts';
import { unexplained } from '../server-trouble.ts';
import { keyOfGrant, tokenFor } from './key.ts';

export interface AppStoreDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface AppStoreRead<T> {
  readonly target: Target;
  readonly query?: Readonly<Record<string, string>>;
  /** The key, as a grant holds it. */
  readonly accessToken: string;
  readonly answer: z.ZodType<T>;
}

/** Reads from App Store Connect. */
export type AppStoreApi = <T>(read: AppStoreRead<T>, options?: CallOptions) => Promise<T>;

export function appStoreApi({ http, clock }: AppStoreDependencies): AppStoreApi {
  return async (read, options = {}) => {
    const token = await tokenFor(keyOfGrant(read.accessToken), clock());
    const answer = await http.send({
      network: 'app_store',
      target: read.target,
      method: 'GET',
      ...(read.query === undefined ? {} : { query: read.query }),
      headers: { authorization: `Bearer ${token}` },
      repeat: 'harmless',
      signal: options.signal,
    });
    const understood = answer.status === 200 ? read.answer.safeParse(answer.json) : null;
    if (understood?.success === true) return understood.data;
    throw refusalIn(answer, clock());
  };
}

const errors = z.object({
  errors: z.tuple([z.object({ code: z.string(), title: z.string(), detail: z.string().optional() })]).rest(z.unknown()),
});

function refusalIn(answer: HttpAnswer, nowMs: number): ChannelError {
  const body = errors.safeParse(answer.json);
  const first = body.success ? body.data.errors[0] : null;
  const words = first?.detail ?? first?.title;
  const provider = {
    status: answer.status,
    code: first?.code ?? null,
    message: words === undefined ? null : answer.quote(words),
  };
  const facts = factsOf(answer.status);
  if (facts === null) return unexplained('app_store', answer, 'harmless', provider, nowMs);
  return new ChannelError(`app_store refused the request (${provider.code ?? `HTTP ${answer.status}`}).`, {
    ...facts,
    mayHaveActed: false,
    provider,
  });
}

/**
 * A fresh token that is not authorized means that the key is gone; a key that may not do something has lost its role, or
 * an agreement is not signed. An app that is not found any more has left the account.
 */
function factsOf(status: number): Omit<ChannelErrorFacts, 'mayHaveActed'> | null {
  if (status === 401) return { class: 'disconnected', grantProblem: 'gone' };
  if (status === 403 || status === 404) return { class: 'refresh_token', grantProblem: 'permission' };
  return null;
}
