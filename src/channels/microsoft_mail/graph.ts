import type { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { ChannelHttp, HttpAnswer, HttpBody } from '../http.ts';
import type { Target } from '../http/hosts.ts';
import type { MicrosoftApp } from '../oauth-app.ts';
import { microsoftError } from './errors.ts';

export interface MicrosoftDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: MicrosoftApp;
}

export interface GraphCall<T> {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly target: Target;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly accessToken: string | null;
  readonly repeat: 'harmless' | 'never';
  readonly answer: z.ZodType<T>;
}

/** A call to Microsoft, by Graph or by the login service, that throws `ChannelError` for whatever is no success. */
export type MicrosoftGraph = <T>(call: GraphCall<T>, options?: CallOptions) => Promise<T>;

export function microsoftGraph({ http, clock }: MicrosoftDependencies): MicrosoftGraph {
  return async (call, options = {}) => {
    const answer = await http.send({
      network: 'microsoft_mail',
      target: call.target,
      method: call.method,
      ...(call.query === undefined ? {} : { query: call.query }),
      ...(call.accessToken === null ? {} : { headers: { authorization: `Bearer ${call.accessToken}` } }),
      ...(call.body === undefined ? {} : { body: call.body }),
      repeat: call.repeat,
      signal: options.signal,
    });
    if (answer.status < 200 || answer.status > 299) throw microsoftError(answer, call.repeat, clock());
    const understood = call.answer.safeParse(answer.json);
    if (understood.success) return understood.data;
    throw misunderstood(answer);
  };
}

function misunderstood(answer: HttpAnswer): ChannelError {
  return new ChannelError('microsoft_mail answered in a form that nobody has taught us.', {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}
