import { randomBytes } from 'node:crypto';
import { Refused } from '../kernel/operation.ts';
import type { TokenTrouble } from '../kernel/tokens.ts';

export interface GraphErrorFacts {
  readonly status?: number;
  readonly message: string;
  readonly type?: 'OAuthException' | 'GraphMethodException' | 'FacebookApiException' | 'IGApiException';
  readonly code: number;
  readonly subcode?: number;
  readonly transient?: boolean;
  readonly userTitle?: string;
  readonly userMessage?: string;
}

export const traceId = (): string => `A${randomBytes(17).toString('base64url')}`;

/** An error in Graph's own shape. */
export function graphErrorBody(facts: GraphErrorFacts): unknown {
  const { message, type = 'OAuthException', code, subcode, transient, userTitle, userMessage } = facts;
  return {
    error: {
      message,
      type,
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      ...(transient === undefined && userTitle === undefined ? {} : { is_transient: transient === true }),
      ...(userTitle === undefined ? {} : { error_user_title: userTitle }),
      ...(userMessage === undefined ? {} : { error_user_msg: userMessage }),
      fbtrace_id: traceId(),
    },
  };
}

export const graphError = (facts: GraphErrorFacts): Refused =>
  new Refused({ status: facts.status ?? 400, body: graphErrorBody(facts) });

export const invalidParameter = (message: string, facts: Partial<GraphErrorFacts> = {}): Refused =>
  graphError({ message, code: 100, ...facts });

/** The object is not there, or not for this token: Graph does not tell which. */
export const unknownObject = (id: string, method = 'get'): Refused =>
  graphError({
    message:
      `Unsupported ${method} request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
      'permissions, or does not support this operation. Please read the Graph API documentation at ' +
      'https://developers.facebook.com/docs/graph-api',
    type: 'GraphMethodException',
    code: 100,
    subcode: 33,
  });

export const permissionRequired = (permission: string): Refused =>
  graphError({ status: 403, code: 200, message: `(#200) Requires ${permission} permission to manage the object` });

export const unknownPath = (path: string): Refused =>
  graphError({ message: `Unknown path components: ${path}`, code: 2500 });

const validating = 'Error validating access token: ';

const troubles: Readonly<Record<TokenTrouble, GraphErrorFacts>> = {
  revoked: {
    status: 401,
    code: 190,
    subcode: 458,
    message: `${validating}The user has not authorized application 700000000000001.`,
  },
  expired: { status: 401, code: 190, subcode: 463, message: `${validating}Session has expired.` },
  password_changed: {
    status: 401,
    code: 190,
    subcode: 460,
    message:
      `${validating}The session has been invalidated because the user changed their password or Facebook has ` +
      'changed the session for security reasons.',
  },
  role_lost: {
    status: 401,
    code: 190,
    subcode: 492,
    message: `${validating}The user associated with this Page access token does not have an appropriate role on the Page.`,
  },
  permission_missing: {
    status: 403,
    code: 200,
    message:
      '(#200) If posting to a group, requires app being installed in the group, and either publish_to_groups ' +
      'permission with user token, or both pages_read_engagement and pages_manage_posts permission with page token; ' +
      'If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with sufficient ' +
      'administrative permission',
  },
};

/** What Graph says when it does not honour a token any more. */
export const tokenRefused = (trouble: TokenTrouble): Refused => graphError(troubles[trouble]);

export const tokenTroubleFacts = (trouble: TokenTrouble): GraphErrorFacts => troubles[trouble];

/** What Graph says of its own accord when it answers with `status`. */
export function graphTrouble(status: number): unknown {
  if (status === 429 || status === 403) {
    return graphErrorBody({ message: '(#32) Page request limit reached', code: 32, transient: true });
  }
  if (status >= 500) {
    return graphErrorBody({ message: 'An unknown error has occurred.', code: 1, transient: true });
  }
  return graphErrorBody({ message: 'Invalid parameter', code: 100 });
}
