import type { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { ChannelHttp, HttpAnswer, HttpBody, HttpRequest } from '../http.ts';
import type { XApp } from '../oauth-app.ts';
import { xError } from './errors.ts';

export interface XDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: XApp;
}

/** On whose behalf a request is sent: an account's token, the app's own token, or the app's id and secret. */
export type Sender =
  | { readonly kind: 'account'; readonly accessToken: string }
  | { readonly kind: 'app' }
  | { readonly kind: 'client' };

interface XCall {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  readonly sender: Sender;
  readonly repeat: HttpRequest['repeat'];
}

/** A call that throws `ChannelError` for every answer that is not a success. */
export type XApi = (call: XCall, options?: CallOptions) => Promise<HttpAnswer>;

export function xApi({ http, clock, app }: XDependencies): XApi {
  return async ({ path, sender, ...call }, options = {}) => {
    const answer = await http.send({
      ...call,
      network: 'x',
      target: { base: 'api', path },
      headers: { authorization: authorization(app, sender) },
      signal: options.signal,
    });
    if (answer.status >= 200 && answer.status <= 299) return answer;
    throw xError(answer, { sender: sender.kind, repeat: call.repeat, nowMs: clock() });
  };
}

/** The answer's body, parsed; an answer that makes no sense may still have done what was asked. */
export function understood<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw new ChannelError('x answered in a form that nobody has taught us.', {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}

/** What only a configured app has. */
export function configured(value: string | null): string {
  if (value !== null) return value;
  throw new ChannelError('x cannot be connected: its app is not configured.', {
    class: 'unknown',
    mayHaveActed: false,
  });
}

function authorization(app: XApp, sender: Sender): string {
  switch (sender.kind) {
    case 'account':
      return `Bearer ${sender.accessToken}`;
    case 'app':
      return `Bearer ${configured(app.appToken)}`;
    case 'client':
      return `Basic ${Buffer.from(`${configured(app.id)}:${configured(app.secret)}`).toString('base64')}`;
  }
}
