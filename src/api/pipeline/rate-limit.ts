import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { refuseCommon } from '../common-problems.ts';

export interface RateLimits {
  readonly userPerMinute: number;
  readonly tenantPerMinute: number;
}

/** What a caller has left, as headers (draft-ietf-httpapi-ratelimit-headers). */
export type RateHeaders = Readonly<Record<string, string>>;

export interface RateLimiter {
  /** Counts a request of a user. Throws 429 with `Retry-After`. */
  countUser(userId: string): Promise<RateHeaders>;
  /** Counts a request for a tenant. Throws 429 with `Retry-After`. */
  countTenant(tenantId: string): Promise<void>;
}

const windowS = 60;

/** Counts in the memory of this process: with n API processes a caller may reach n times its share. */
export function createRateLimiter({ userPerMinute, tenantPerMinute }: RateLimits): RateLimiter {
  const users = new RateLimiterMemory({ keyPrefix: 'user', points: userPerMinute, duration: windowS });
  const tenants = new RateLimiterMemory({ keyPrefix: 'tenant', points: tenantPerMinute, duration: windowS });
  return {
    countUser: async (userId) => headersOf('user', userPerMinute, await consume(users, userId, 'user', userPerMinute)),
    countTenant: async (tenantId) => {
      await consume(tenants, tenantId, 'tenant', tenantPerMinute);
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string, policy: string, points: number) {
  try {
    return await limiter.consume(key);
  } catch (spent) {
    if (!(spent instanceof RateLimiterRes)) throw spent;
    throw refuseCommon('rate_limited', {
      detail: `The ${policy} may send ${points} requests a minute.`,
      extensions: { policy },
      headers: { ...headersOf(policy, points, spent), 'retry-after': String(seconds(spent.msBeforeNext)) },
    });
  }
}

function headersOf(policy: string, points: number, { remainingPoints, msBeforeNext }: RateLimiterRes): RateHeaders {
  return {
    'ratelimit-policy': `"${policy}";q=${points};w=${windowS}`,
    ratelimit: `"${policy}";r=${remainingPoints};t=${seconds(msBeforeNext)}`,
  };
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
