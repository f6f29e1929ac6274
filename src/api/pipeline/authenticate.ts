import {
  IdentityProviderUnreachable,
  TokenRejected,
  type TokenVerifier,
  type VerifiedToken,
} from '../../platform/keycloak.ts';
import { refuseCommon, unavailable } from '../common-problems.ts';
import type { Refused } from '../problem.ts';
import { type ApiRequest, headerOf } from './request.ts';

const bearer = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i;

/** Who holds the token of the request. Throws 401 with `WWW-Authenticate`, or 503 while no key is known. */
export async function authenticate(tokens: TokenVerifier, { headers }: ApiRequest): Promise<VerifiedToken> {
  const header = headerOf(headers, 'authorization');
  if (header === null) throw unauthenticated(null);
  const token = bearer.exec(header)?.[1];
  if (token === undefined) throw unauthenticated('The header Authorization does not carry a bearer token.');
  try {
    return await tokens.verify(token);
  } catch (error) {
    if (error instanceof TokenRejected) throw unauthenticated(error.message);
    if (error instanceof IdentityProviderUnreachable) throw unavailable('keycloak');
    throw error;
  }
}

/** RFC 6750: without any token only the scheme is named. */
function unauthenticated(reason: string | null): Refused {
  const challenge = 'Bearer realm="chorally"';
  return refuseCommon('unauthenticated', {
    ...(reason === null ? {} : { detail: reason }),
    headers: {
      'www-authenticate':
        reason === null ? challenge : `${challenge}, error="invalid_token", error_description="${reason}"`,
    },
  });
}
