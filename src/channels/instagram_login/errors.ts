import { z } from 'zod';
import { ChannelError } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { metaError } from '../meta/errors.ts';
import { type Repeat, unexplained } from '../server-trouble.ts';

/** The host that takes codes has words of its own; the others speak like the Graph API. */
const loginBody = z.object({ error_type: z.string(), code: z.number(), error_message: z.string() });

/** The error that an unsuccessful answer of Instagram's login stands for. */
export function loginError(answer: HttpAnswer, repeat: Repeat, nowMs: number): ChannelError {
  const body = loginBody.safeParse(answer.json);
  if (!body.success) return metaError('instagram', answer, repeat, nowMs);
  const { error_type: type, code, error_message: words } = body.data;
  const provider = { status: answer.status, code: `${type}/${code}`, message: answer.quote(words) };
  if (type !== 'OAuthRateLimitException') return unexplained('instagram', answer, repeat, provider, nowMs);
  return new ChannelError('instagram asks for a pause.', { class: 'retry_later', mayHaveActed: false, provider });
}
