import { Refused } from '../kernel/operation.ts';

/** A problem in the form of X's API; `kind` is the last part of its type. */
const problem = (status: number, title: string, detail: string, kind: string | null = null): Refused =>
  new Refused({
    status,
    body: { title, detail, type: kind === null ? 'about:blank' : problemType(kind), status },
  });

const problemType = (kind: string): string => `https://api.x.com/2/problems/${kind}`;

export const unauthorized = (): Refused => problem(401, 'Unauthorized', 'Unauthorized');

/** What X says when a permission is missing: nothing but that. */
export const forbidden = (): Refused => problem(403, 'Forbidden', 'Forbidden');

export const notFound = (): Refused => problem(404, 'Not Found', 'Not Found');

/** A token of the wrong kind: the app's where a person's belongs, or the reverse. */
export const unsupportedAuthentication = (sent: string, taken: string): Refused =>
  problem(
    403,
    'Unsupported Authentication',
    `Authenticating with ${sent} is forbidden for this endpoint.  Supported authentication types are [${taken}].`,
    'unsupported-authentication',
  );

/** A request of which single parts are wrong. */
export const invalidRequest = (message: string): Refused =>
  new Refused({
    status: 400,
    body: {
      errors: [{ message }],
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: problemType('invalid-request'),
    },
  });

/** A refusal of the token endpoint, which speaks OAuth. */
export const oauthRefusal = (status: number, error: string, description: string, effect = false): Refused =>
  new Refused({ status, body: { error, error_description: description }, effect });

const titles: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** What X says of its own accord when it answers with `status`. */
export function xTrouble(status: number): unknown {
  const title = titles[status] ?? 'Invalid Request';
  return problem(status, title, title).answer.body;
}
