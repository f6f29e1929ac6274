import type { z } from 'zod';
import { ChannelError } from '../channel.ts';
import type { ChannelHttp, HttpAnswer, HttpBody, HttpRequest } from '../http.ts';
import type { Target } from '../http/hosts.ts';
import { linkedinError } from './errors.ts';

/** Our app at LinkedIn. Without id and secret, granted tokens still work; connecting and refreshing do not. */
export interface LinkedinApp {
  readonly id: string | null;
  readonly secret: string | null;
  /** The month of the API, like `202610`; LinkedIn serves each for about a year. */
  readonly version: string;
}

export interface LinkedinDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: LinkedinApp;
}

export interface RestCall {
  readonly method: HttpRequest['method'];
  readonly target: Target;
  readonly query?: Readonly<Record<string, string>>;
  /** The Rest.li method, for those that the HTTP method does not tell. */
  readonly restMethod?: 'FINDER' | 'DELETE' | 'PARTIAL_UPDATE';
  readonly body?: HttpBody;
  readonly accessToken: string | null;
  readonly repeat: HttpRequest['repeat'];
  readonly departWithinMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A call that throws `ChannelError` for every answer that is not a success. */
export type Rest = (call: RestCall) => Promise<HttpAnswer>;

export function linkedinRest({ http, clock, app }: LinkedinDependencies): Rest {
  return async (call) => {
    const answer = await http.send({
      network: 'linkedin',
      target: call.target,
      method: call.method,
      ...(call.query === undefined ? {} : { query: call.query }),
      headers: {
        'linkedin-version': app.version,
        'x-restli-protocol-version': '2.0.0',
        ...(call.accessToken === null ? {} : { authorization: `Bearer ${call.accessToken}` }),
        ...(call.restMethod === undefined ? {} : { 'x-restli-method': call.restMethod }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      repeat: call.repeat,
      departWithinMs: call.departWithinMs,
      signal: call.signal,
    });
    if (answer.status >= 200 && answer.status <= 299) return answer;
    throw linkedinError(answer, call.repeat, clock());
  };
}

/** The answer's body, parsed; an answer that makes no sense may still have done what was asked. */
export function understood<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  throw misunderstood(answer);
}

export function misunderstood(answer: HttpAnswer): ChannelError {
  return new ChannelError('linkedin answered in a form that nobody has taught us.', {
    class: 'unknown',
    mayHaveActed: true,
    provider: { status: answer.status, code: null, message: null },
  });
}

/** A resource by its URN, which the path holds percent-encoded. */
export function byUrn(resource: 'posts' | 'images' | 'videos' | 'documents', urn: string): Target {
  return { base: 'api', path: `/rest/${resource}/${encodeURIComponent(urn)}` };
}

/** Pages are stored by number or by URN; LinkedIn wants the URN. */
export function organisationUrn(externalId: string): string {
  return externalId.startsWith('urn:') ? externalId : `urn:li:organization:${externalId}`;
}
