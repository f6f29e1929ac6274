import { z } from 'zod';
import { ChannelError, type ChannelErrorFacts, type ProviderAnswer } from '../channel.ts';
import type { HttpAnswer } from '../http.ts';
import { type Repeat, unexplained } from '../server-trouble.ts';

const graphBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The login service speaks OAuth, with numbers of its own. */
const loginBody = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  error_codes: z.array(z.number()).optional(),
  suberror: z.string().optional(),
});

/** The error that an unsuccessful answer of Microsoft stands for. */
export function microsoftError(answer: HttpAnswer, repeat: Repeat, nowMs: number): ChannelError {
  const login = loginBody.safeParse(answer.json);
  const { provider, facts } = login.success ? loginRefusal(answer, login.data) : graphRefusal(answer);
  if (facts === null) return unexplained('microsoft_mail', answer, repeat, provider, nowMs);
  return new ChannelError(`microsoft_mail refused the request (${provider.code ?? `HTTP ${answer.status}`}).`, {
    ...facts,
    mayHaveActed: false,
    provider,
  });
}

interface Refusal {
  readonly provider: ProviderAnswer;
  /** `null`: only the status can be judged. */
  readonly facts: Omit<ChannelErrorFacts, 'mayHaveActed'> | null;
}

/** The user or the administrator has taken the consent back, for the app or for one permission. */
const consentMissing = 65_001;

/**
 * What is judged is the OAuth code; of the numbers, which Microsoft does not promise to keep, only the one that tells a
 * missing consent from a grant that is gone. Numbers and codes:
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
function loginRefusal(answer: HttpAnswer, body: z.infer<typeof loginBody>): Refusal {
  const [number] = body.error_codes ?? [];
  const provider = {
    status: answer.status,
    code: number === undefined ? body.error : `AADSTS${number}`,
    message: body.error_description === undefined ? null : answer.quote(body.error_description),
  };
  const isConsentMissing = body.suberror === 'consent_required' || body.error_codes?.includes(consentMissing) === true;
  if (isConsentMissing) return { provider, facts: { class: 'refresh_token', grantProblem: 'permission' } };
  // A person must sign in again: the password changed, a second factor is wanted, the account is disabled, time is up.
  const needsPerson = body.error === 'invalid_grant' || body.error === 'interaction_required';
  return { provider, facts: needsPerson ? { class: 'disconnected', grantProblem: 'gone' } : null };
}

function graphRefusal(answer: HttpAnswer): Refusal {
  const body = graphBody.safeParse(answer.json);
  const code = body.success ? body.data.error.code : null;
  const message = body.success ? answer.quote(body.data.error.message) : null;
  const provider = { status: answer.status, code, message };
  if (answer.status === 401) return { provider, facts: { class: 'refresh_token', grantProblem: 'gone' } };
  if (answer.status === 403) return { provider, facts: { class: 'refresh_token', grantProblem: 'permission' } };
  return { provider, facts: null };
}
