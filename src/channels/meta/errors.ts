import { z } from 'zod';
import { ChannelError, type ProviderAnswer } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { type Repeat, troubleClass, unexplained } from '../server-trouble.ts';
import { metaRetryAfterMs } from './usage.ts';
import { namedPermissions } from './permissions.ts';
import { isObjectGone, type MetaVerdict, metaVerdict } from './verdicts.ts';

const errorBody = z.object({
  error: z.object({
    message: z.string().optional(),
    code: z.number().optional(),
    error_subcode: z.number().optional(),
    error_user_msg: z.string().optional(),
    is_transient: z.boolean().optional(),
  }),
});

/** Whether the answer, whatever its status, carries an error. */
export function holdsMetaError(answer: HttpAnswer): boolean {
  return errorBody.safeParse(answer.json).success;
}

/** The error that an unsuccessful answer of the Graph API stands for. */
export function metaError(network: string, answer: HttpAnswer, repeat: Repeat, nowMs: number): ChannelError {
  const body = errorBody.safeParse(answer.json);
  if (!body.success) {
    return unexplained(network, answer, repeat, { status: answer.status, code: null, message: null }, nowMs);
  }
  const { code = null, error_subcode: subcode = null, is_transient: transient = false } = body.data.error;
  const words = body.data.error.error_user_msg ?? body.data.error.message;
  const provider: ProviderAnswer = {
    status: answer.status,
    code: codeText(code, subcode),
    message: words === undefined ? null : answer.quote(words),
  };
  const verdict = metaVerdict(code, subcode, words ?? '') ?? (transient ? transientTrouble : null);
  if (verdict === null) return unexplained(network, answer, repeat, provider, nowMs);

  const trouble = verdict.class === 'trouble';
  return new ChannelError(`${network} refused the request (${provider.code ?? 'without a code'}).`, {
    class: verdict.class === 'trouble' ? troubleClass(repeat) : verdict.class,
    mayHaveActed: trouble,
    retryAfterMs: retryWish(verdict, answer, nowMs),
    grantProblem: verdict.grantProblem ?? null,
    missingScopes: verdict.grantProblem === 'permission' ? namedPermissions(words ?? '') : [],
    refusal: verdict.refusal === undefined ? null : { code: verdict.refusal, providerCode: provider.code },
    provider,
  });
}

/** Whether an error says that the addressed object is gone, or out of this token's sight. */
export function saysGone(error: unknown): error is ChannelError {
  if (!(error instanceof ChannelError)) return false;
  const [code, subcode] = (error.provider?.code ?? '').split('/').map(Number);
  return isObjectGone(code ?? null, subcode ?? null);
}

const transientTrouble: MetaVerdict = { class: 'trouble' };

function codeText(code: number | null, subcode: number | null): string | null {
  if (code === null) return null;
  return subcode === null ? String(code) : `${code}/${subcode}`;
}

function retryWish(verdict: MetaVerdict, answer: HttpAnswer, nowMs: number): number | null {
  if (verdict.class !== 'retry_later' && verdict.class !== 'trouble') return null;
  return metaRetryAfterMs(answer.headers, nowMs) ?? verdict.retryAfterMs ?? null;
}
