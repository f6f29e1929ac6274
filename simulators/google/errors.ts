import { Refused } from '../kernel/operation.ts';

/** Which of Google's APIs speaks. The older ones say what is wrong in a list of their own besides. */
export type Api = 'youtube' | 'business' | 'play' | 'mail';

const services: Readonly<Record<Api, string>> = {
  youtube: 'youtube.googleapis.com',
  business: 'mybusinessbusinessinformation.googleapis.com',
  play: 'androidpublisher.googleapis.com',
  mail: 'gmail.googleapis.com',
};

/** The body of an error as `api` sends it. `reason` is for the older APIs, `info` for the newer ones. */
export function errorBody(
  api: Api,
  error: {
    readonly code: number;
    readonly message: string;
    readonly status?: string;
    readonly reason: string;
    readonly domain?: string;
    readonly info?: { readonly reason: string; readonly metadata?: Readonly<Record<string, string>> };
  },
): { error: Record<string, unknown> } {
  const { code, message, status, reason, domain = 'global', info } = error;
  return {
    error: {
      code,
      message,
      ...(api === 'business' ? {} : { errors: [{ message, domain, reason }] }),
      ...(status === undefined ? {} : { status }),
      ...(info === undefined
        ? {}
        : {
            details: [
              {
                '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                reason: info.reason,
                domain: 'googleapis.com',
                metadata: { service: services[api], ...info.metadata },
              },
            ],
          }),
    },
  };
}

export const unauthenticated = (api: Api): { error: Record<string, unknown> } =>
  errorBody(api, {
    code: 401,
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
      'authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
    status: 'UNAUTHENTICATED',
    reason: 'authError',
  });

export const scopeInsufficient = (api: Api): { error: Record<string, unknown> } =>
  errorBody(api, {
    code: 403,
    message: 'Request had insufficient authentication scopes.',
    status: 'PERMISSION_DENIED',
    reason: 'insufficientPermissions',
    info: { reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' },
  });

export const permissionDenied = (api: Api): { error: Record<string, unknown> } =>
  errorBody(api, {
    code: 403,
    message: 'The caller does not have permission',
    status: 'PERMISSION_DENIED',
    reason: 'forbidden',
  });

/** What Google Play says to an account without a role, as 401. */
export const roleMissingOnPlay = (): { error: Record<string, unknown> } =>
  errorBody('play', {
    code: 401,
    message: 'The current user has insufficient permissions to perform the requested operation.',
    reason: 'permissionDenied',
    domain: 'androidpublisher',
  });

/** YouTube's day is used up, for the whole project. */
export const youtubeQuotaExceeded = (): { error: Record<string, unknown> } =>
  errorBody('youtube', {
    code: 403,
    message:
      'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.',
    reason: 'quotaExceeded',
    domain: 'youtube.quota',
  });

export const userRateLimitExceeded = (api: Api): { error: Record<string, unknown> } =>
  errorBody(api, {
    code: 403,
    message: 'User Rate Limit Exceeded. Rate of requests for user exceed configured project quota.',
    reason: 'userRateLimitExceeded',
    domain: 'usageLimits',
  });

/** `limit` 0: Google has not approved the project for this API. */
export const resourceExhausted = (api: Api, limit: number): { error: Record<string, unknown> } =>
  errorBody(api, {
    code: 429,
    message:
      `Quota exceeded for quota metric 'Requests' and limit 'Requests per minute' of service '${services[api]}' for ` +
      "consumer 'project_number:700000000004'.",
    status: 'RESOURCE_EXHAUSTED',
    reason: 'rateLimitExceeded',
    info: {
      reason: 'RATE_LIMIT_EXCEEDED',
      metadata: {
        quota_limit: 'defaultPerMinutePerProject',
        quota_limit_value: String(limit),
        consumer: 'projects/700000000004',
      },
    },
  });

export function invalidArgument(api: Api, message = 'Request contains an invalid argument.'): Refused {
  return refused(errorBody(api, { code: 400, message, status: 'INVALID_ARGUMENT', reason: 'invalidArgument' }));
}

export function notFound(api: Api): Refused {
  const message = 'Requested entity was not found.';
  return refused(errorBody(api, { code: 404, message, status: 'NOT_FOUND', reason: 'notFound' }));
}

/** The refusal that has this body. */
export function refused(body: { error: Record<string, unknown> }): Refused {
  return new Refused({ status: Number(body.error['code']), body });
}

/** An error of the authorisation server. */
export function oauthError(status: number, error: string, description: string): Refused {
  return new Refused({ status, body: { error, error_description: description } });
}

/** What Google answers of its own accord with `status`, whichever API it is. */
export function googleTrouble(status: number): unknown {
  if (status === 429) return resourceExhausted('mail', 250);
  if (status === 403) return userRateLimitExceeded('mail');
  if (status === 503) {
    const message = 'The service is currently unavailable.';
    return errorBody('mail', { code: 503, message, status: 'UNAVAILABLE', reason: 'backendError' });
  }
  if (status >= 500) {
    const message = 'Internal error encountered.';
    return errorBody('mail', { code: status, message, status: 'INTERNAL', reason: 'backendError' });
  }
  const message = 'Request contains an invalid argument.';
  return errorBody('mail', { code: status, message, status: 'INVALID_ARGUMENT', reason: 'invalidArgument' });
}
