import { ChannelError, type ChannelErrorClass, type ProviderAnswer } from './channel.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { retryAfterMs } from './http/retry.ts';

export type Repeat = HttpRequest['repeat'];

/** The class of a failure on the network's side: an irreversible call that met one stays an open question. */
export function troubleClass(repeat: Repeat): ChannelErrorClass {
  return repeat === 'never' ? 'unknown' : 'retry_later';
}

/** The error for an answer whose words mean nothing to us, by its HTTP status alone. */
export function unexplained(
  network: string,
  answer: HttpAnswer,
  repeat: Repeat,
  provider: ProviderAnswer,
  nowMs: number,
): ChannelError {
  const { status } = answer;
  const facts = { provider, retryAfterMs: retryAfterMs(answer.headers, nowMs) };
  if (status === 429) {
    return new ChannelError(`${network} asks for a pause.`, { ...facts, class: 'retry_later', mayHaveActed: false });
  }
  if (status >= 500 || status === 408) {
    return new ChannelError(`${network} had trouble of its own (HTTP ${status}).`, {
      ...facts,
      class: troubleClass(repeat),
      mayHaveActed: true,
    });
  }
  return new ChannelError(`${network} gave an answer that nobody has taught us (HTTP ${status}).`, {
    ...facts,
    class: 'unknown',
    // Only a 4xx says that nothing was done; after a redirect or an unreadable success nobody knows.
    mayHaveActed: status < 400 || status >= 500,
  });
}
