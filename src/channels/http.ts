import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelError } from './channel.ts';
import {
  type ExchangeAnswer,
  ExchangeFailure,
  type ExchangeLimits,
  type FailureReason,
  openExchange,
} from './http/exchange.ts';
import {
  type HostedNetwork,
  type NetworkHosts,
  publicHosts,
  resolveTarget,
  type Target,
  webUrl,
} from './http/hosts.ts';
import { type Outcome, type RetryPolicy, usualRetryPolicy, waitBeforeRetry } from './http/retry.ts';
import { secretsOf, withoutSecrets } from './http/secrets.ts';

export interface ChannelHttpConfig {
  readonly hosts: NetworkHosts;
  readonly limits: ExchangeLimits;
  readonly retry: RetryPolicy;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Told of every try, for metrics. Paths and bodies are left out: they name people and posts. */
  readonly observe?: (exchange: ObservedExchange) => void;
}

export interface ObservedExchange {
  readonly network: HostedNetwork;
  readonly method: string;
  /** An HTTP status, or why there is none. */
  readonly outcome: number | FailureReason;
  readonly tookMs: number;
}

export interface HttpRequest {
  readonly network: HostedNetwork;
  readonly target: Target;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** `never`: sent at most once, and in time. `harmless`: repeated after a passing failure. */
  readonly repeat: 'harmless' | 'never';
  /** For a request that is never repeated: its first byte leaves within this time, or nothing does. */
  readonly departWithinMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type HttpBody =
  | { readonly json: Readonly<Record<string, unknown>> }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly mimeType: string };

export interface HttpAnswer extends ExchangeAnswer {
  /** The body as JSON; `undefined` if it is none. */
  readonly json: unknown;
  /** The network's words for people, without the request's secrets. */
  quote(text: string): string;
}

export interface ChannelHttp {
  /**
   * Sends a request and returns the answer, whatever its status: what it means is for the channel to say.
   *
   * @throws {ChannelError} without an answer; `mayHaveActed` is true only if the request may have gone out.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The URL of a network's page in the browser. */
  webUrl(network: HostedNetwork, path: string): URL;
  close(): Promise<void>;
}

/** The settings of `channelHttp` that a program rarely changes. */
export const usualHttpSettings = {
  hosts: publicHosts,
  limits: {
    connectTimeoutMs: 5_000,
    // Publishing with media can take a network half a minute.
    headersTimeoutMs: 45_000,
    bodyTimeoutMs: 20_000,
    maxAnswerBytes: 5_000_000,
    // Nobody gives a call up and repeats it earlier than five seconds after it.
    departWithinMs: 1_000,
    allowPrivateTargets: false,
  },
  retry: usualRetryPolicy,
} as const;

/** The one HTTP client of all channels. */
export function channelHttp(config: ChannelHttpConfig): ChannelHttp {
  const exchange = openExchange(config.limits, config.clock);

  async function send(request: HttpRequest): Promise<HttpAnswer> {
    const url = resolveTarget(config.hosts, request.network, request.target);
    if (url === null) throw foreignUrl(request.network);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const secrets = secretsOf(request.headers ?? {}, Object.fromEntries(url.searchParams), parametersOf(request.body));

    for (let tries = 1; ; tries += 1) {
      const outcome = await tryOnce(request, url);
      const waitMs = request.repeat === 'never' ? null : waitBeforeRetry(config.retry, tries, outcome, config.clock());
      if (waitMs !== null && (await slept(waitMs, request.signal))) continue;
      if ('answer' in outcome) return readable(outcome.answer, secrets);
      throw noAnswer(request, outcome.failure);
    }
  }

  async function tryOnce(request: HttpRequest, url: URL): Promise<Outcome> {
    const startedAt = config.clock();
    const observe = (outcome: ObservedExchange['outcome']): void =>
      config.observe?.({
        network: request.network,
        method: request.method,
        outcome,
        tookMs: config.clock() - startedAt,
      });
    try {
      const { contentHeaders, body } = encode(request.body);
      const answer = await exchange({
        url,
        method: request.method,
        headers: { accept: 'application/json', ...contentHeaders, ...request.headers },
        body,
        once: request.repeat === 'never',
        departWithinMs: request.departWithinMs,
        signal: request.signal,
      });
      observe(answer.status);
      return { answer };
    } catch (error) {
      if (!(error instanceof ExchangeFailure)) throw error;
      observe(error.reason);
      return { failure: error };
    }
  }

  return {
    send,
    webUrl: (network, path) => webUrl(config.hosts, network, path),
    close: () => exchange.close(),
  };
}

function encode(body: HttpBody | undefined): {
  contentHeaders: Record<string, string>;
  body: string | Uint8Array | null;
} {
  if (body === undefined) return { contentHeaders: {}, body: null };
  if ('json' in body) {
    return { contentHeaders: { 'content-type': 'application/json' }, body: JSON.stringify(body.json) };
  }
  if ('form' in body) {
    return {
      contentHeaders: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(body.form).toString(),
    };
  }
  return { contentHeaders: { 'content-type': body.mimeType }, body: body.bytes };
}

function parametersOf(body: HttpBody | undefined): Readonly<Record<string, unknown>> {
  if (body === undefined || 'bytes' in body) return {};
  return 'json' in body ? body.json : body.form;
}

function readable(answer: ExchangeAnswer, secrets: readonly string[]): HttpAnswer {
  return { ...answer, json: parsed(answer.body), quote: (text) => withoutSecrets(text, secrets) };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Waits; false if the caller gave up meanwhile. */
async function slept(waitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

function foreignUrl(network: HostedNetwork): ChannelError {
  return new ChannelError(`${network} handed over a URL that is not on its own hosts.`, {
    class: 'unknown',
    mayHaveActed: false,
  });
}

function noAnswer(request: HttpRequest, failure: ExchangeFailure): ChannelError {
  const message = `${request.network}: ${sentences[failure.reason]}${failure.departed ? ', after the request had left' : ''}.`;
  // A request that must not be repeated and may have gone out leaves the question open, not a wish to try again.
  const open = failure.departed && request.repeat === 'never';
  const passing = failure.reason !== 'forbidden_address' && failure.reason !== 'answer_too_large';
  return new ChannelError(message, {
    class: passing && !open ? 'retry_later' : 'unknown',
    mayHaveActed: failure.departed,
    retryAfterMs: failure.reason === 'too_late' ? soonMs : null,
  });
}

/** Nothing is wrong with the network, so there is nothing to wait for. */
const soonMs = 1_000;

const sentences: Readonly<Record<FailureReason, string>> = {
  unreachable: 'no connection could be made',
  too_late: 'the request was not sent, because it could not leave in time',
  forbidden_address: 'the host is not on the public internet, which this configuration does not allow',
  connection_lost: 'the connection was lost',
  timed_out: 'no answer came in time',
  aborted: 'the request was given up',
  answer_too_large: 'the answer was larger than any that is expected',
};
