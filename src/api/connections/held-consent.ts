import { z } from 'zod';
import { authorizationContext } from '../../db/connection-authorization.ts';
import { tenantKeys } from '../../db/tenant-key.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorizationId, TenantId } from '../../domain/ids.ts';
import { seal, type SealKey, sealVersion, unseal } from '../../platform/sealing.ts';
import type { Granted } from './grant-desk.ts';

const heldConsent = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  /** Epoch milliseconds. */
  issuedAt: z.number(),
  expiresAt: z.number().nullable(),
  /** By external id, where a page has a token of its own. */
  pageTokens: z.record(z.string(), z.string()),
});

/** The tokens of a grant while its pages are being chosen. */
export type HeldConsent = z.infer<typeof heldConsent>;

/** Whose authorization it is about. */
export interface About {
  readonly tenantId: TenantId;
  readonly authorizationId: AuthorizationId;
}

export function heldConsentOf({ grant, pages }: Granted, now: Date): HeldConsent {
  const { accessToken, refreshToken, expiresAt } = grant;
  const own = pages.flatMap((page) =>
    page.accessToken === null ? [] : [[page.externalId, page.accessToken] as const],
  );
  return { accessToken, refreshToken, expiresAt, issuedAt: now.getTime(), pageTokens: Object.fromEntries(own) };
}

/** Seals and opens what is secret of one authorization, with the keys of its tenant. */
export async function authorizationSeals(
  trx: TenantTransaction,
  about: About,
  { masterKeys, now }: { masterKeys: readonly SealKey[]; now: Date },
) {
  const keys = await tenantKeys(trx, about.tenantId, masterKeys, now);
  const open = (column: 'code_verifier' | 'sealed_grant', sealed: string): string =>
    unseal(keys.byVersion(sealVersion(sealed)), authorizationContext(about, column), sealed);
  return {
    sealVerifier: (verifier: string): string =>
      seal(keys.newest, authorizationContext(about, 'code_verifier'), verifier),
    openVerifier: (sealed: string): string => open('code_verifier', sealed),
    sealConsent: (held: HeldConsent): string =>
      seal(keys.newest, authorizationContext(about, 'sealed_grant'), JSON.stringify(held)),
    openConsent: (sealed: string): HeldConsent => heldConsent.parse(JSON.parse(open('sealed_grant', sealed))),
  };
}
