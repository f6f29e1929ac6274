import { Refused } from '../kernel/operation.ts';
import type { TokenTrouble } from '../kernel/tokens.ts';

/** An error of LinkedIn's gateway. */
export const gatewayError = (status: number, code: string, message: string, serviceErrorCode?: number): Refused =>
  new Refused({
    status,
    body: { status, ...(serviceErrorCode === undefined ? {} : { serviceErrorCode }), code, message },
  });

/** An error in what was sent, as the content services word it. */
export const inputError = (facts: {
  status: number;
  message: string;
  code: string;
  description: string;
  field?: string;
}): Refused =>
  new Refused({
    status: facts.status,
    body: {
      errorDetailType: 'com.linkedin.common.error.BadRequest',
      message: facts.message,
      errorDetails: {
        inputErrors: [
          {
            description: facts.description,
            input: facts.field === undefined ? {} : { inputPath: { fieldPath: facts.field } },
            code: facts.code,
          },
        ],
      },
      status: facts.status,
    },
  });

export const notFound = (message: string): Refused => gatewayError(404, 'NOT_FOUND', message);

export const accessDenied = (what: string): Refused =>
  gatewayError(403, 'ACCESS_DENIED', `Not enough permissions to access: ${what}`, 100);

export const noToken = (): Refused => gatewayError(401, 'EMPTY_ACCESS_TOKEN', 'Empty oauth2 access token', 65604);

export const unknownToken = (): Refused => gatewayError(401, 'INVALID_ACCESS_TOKEN', 'Invalid access token', 65600);

/** What LinkedIn says when it does not honour a token any more. */
export function tokenRefused(trouble: TokenTrouble): Refused {
  if (trouble === 'expired') {
    return gatewayError(401, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired', 65602);
  }
  const message = 'The token used in the request has been revoked by the user';
  return gatewayError(401, 'REVOKED_ACCESS_TOKEN', message, 65601);
}

const throttled = 'Resource level throttle MEMBER DAY limit for calls to this resource is reached.';

export const tooManyRequests = (): Refused => gatewayError(429, 'TOO_MANY_REQUESTS', throttled, 101);

/** What LinkedIn says of its own accord when it answers with `status`. */
export function linkedinTrouble(status: number): unknown {
  if (status === 429) return tooManyRequests().answer.body;
  if (status >= 500) return { status, code: 'INTERNAL_SERVER_ERROR', message: 'Internal Server Error' };
  return { status, code: 'ILLEGAL_ARGUMENT', message: 'Invalid request' };
}
