import type { VerifiedToken } from '../../platform/keycloak.ts';
import type { ApiServices } from '../services.ts';
import { authenticate } from './authenticate.ts';
import { chooseTenant, type Claimant } from './choose-tenant.ts';
import type { RateHeaders, RateLimiter } from './rate-limit.ts';
import type { ApiRequest } from './request.ts';

export interface Identified {
  readonly token: VerifiedToken;
  readonly claimant: Claimant;
  readonly rateHeaders: RateHeaders;
}

/** Who sends a request, for which tenant, and that neither sends too many. Asks no database. */
export async function identify(
  request: ApiRequest,
  { services, rateLimiter }: { services: ApiServices; rateLimiter: RateLimiter },
): Promise<Identified> {
  const token = await authenticate(services.tokens, request);
  const rateHeaders = await rateLimiter.countUser(token.subject);
  const claimant = chooseTenant(token, request);
  await rateLimiter.countTenant(claimant.tenantId);
  return { token, claimant, rateHeaders };
}
