import { z } from 'zod';
import { type CallOptions, ChannelError, type ChannelErrorFacts, type ProviderAnswer } from '../channel.ts';
import type { ChannelHttp, HttpAnswer } from '../http.ts';
import { unexplained } from '../server-trouble.ts';

export interface TelegramDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Asks Telegram's Bot API one thing that changes nothing. */
export type BotApi = <T>(
  method: string,
  botToken: string,
  parameters: Readonly<Record<string, string>>,
  result: z.ZodType<T>,
  options?: CallOptions,
) => Promise<T>;

/**
 * What the Bot API's tokens look like. A token is a part of the path, so nothing else may get there.
 * Source: https://core.telegram.org/bots/features#botfather
 */
const tokenShape = /^\d{1,20}:[\w-]{30,100}$/;

const failure = z.object({
  ok: z.literal(false),
  error_code: z.number(),
  description: z.string(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
});

/** The Bot API, as a caller that only reads. */
export function botApi({ http, clock }: TelegramDependencies): BotApi {
  return async (method, botToken, parameters, result, options = {}) => {
    if (!tokenShape.test(botToken)) {
      throw new ChannelError('telegram: this is not the token of a bot.', { ...gone, mayHaveActed: false });
    }
    const answer = await http.send({
      network: 'telegram',
      target: { base: 'api', path: `/bot${botToken}/${method}` },
      method: 'POST',
      body: { json: parameters },
      repeat: 'harmless',
      signal: options.signal,
    });
    const success = z.object({ ok: z.literal(true), result }).safeParse(answer.json);
    if (success.success) return success.data.result;
    throw refusalIn(answer, clock());
  };
}

/** The id of the bot is the first part of its token. */
export const botIdOf = (botToken: string): string => botToken.slice(0, botToken.indexOf(':'));

/** Telegram names no permission: the bot was thrown out of a chat, or may not do something there. */
export const roleLost = (message: string, provider: ProviderAnswer | null = null): ChannelError =>
  new ChannelError(message, { ...permission, mayHaveActed: false, provider });

const gone = { class: 'disconnected', grantProblem: 'gone' } as const;
const permission = { class: 'refresh_token', grantProblem: 'permission' } as const;

function refusalIn(answer: HttpAnswer, nowMs: number): ChannelError {
  const body = failure.safeParse(answer.json);
  if (!body.success) {
    return unexplained('telegram', answer, 'harmless', { status: answer.status, code: null, message: null }, nowMs);
  }
  const { error_code: code, description, parameters } = body.data;
  const provider = { status: answer.status, code: String(code), message: answer.quote(description) };
  const waitS = parameters?.retry_after;
  const facts = waitS === undefined ? factsOf(code) : { class: 'retry_later' as const, retryAfterMs: waitS * 1_000 };
  if (facts === null) return unexplained('telegram', answer, 'harmless', provider, nowMs);
  return new ChannelError(`telegram refused the request (${code}).`, { ...facts, mayHaveActed: false, provider });
}

/** 401: BotFather has revoked the token; 404: there was never such a bot; 403: the bot was thrown out of the chat. */
function factsOf(code: number): Omit<ChannelErrorFacts, 'mayHaveActed'> | null {
  if (code === 401 || code === 404) return gone;
  if (code === 403) return permission;
  return null;
}
