import { randomUUID } from 'node:crypto';
import { answerConsentPage } from '../../dev/consent.ts';
import type { RefreshDependencies } from '../../src/activities/token-refresh.ts';
import { authorizationSeals } from '../../src/api/connections/held-consent.ts';
import { lockAuthorization } from '../../src/db/connection-authorization.ts';
import { lockTokens, openTokens, type TokenKey } from '../../src/db/connection-token.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorizationId, TenantId } from '../../src/domain/ids.ts';
import { land } from './consent-at-networks.ts';
import { demand } from './running-api.ts';

/** Who connects pages at the API program, and who is told of every secret that is made on the way. */
export interface Watched {
  readonly dependencies: RefreshDependencies;
  readonly tenantId: TenantId;
  readonly admin: string;
  readonly onSecret: (secret: string) => void;
}

/** Begins a consent by a request with a key, gives it, and comes back. `path` and `json` say for what. */
export async function consentWatched(
  watched: Watched,
  { path, json, person }: { path: string; json: object; person: string },
): Promise<AuthorizationId> {
  const { admin, onSecret } = watched;
  const { id, authorizationUrl } = (await demand(201, path, { as: admin, method: 'POST', json, headers: keyed() }))
    .body;
  onSecret(new URL(authorizationUrl).searchParams.get('state') ?? '');
  await learnAuthorization(watched, id);
  const back = await answerConsentPage(authorizationUrl, { person });
  onSecret(back.searchParams.get('code') ?? '');
  await land(back);
  await learnAuthorization(watched, id);
  return id;
}

/** All the way to a connection of the page. */
export async function connectWatched(
  watched: Watched,
  { externalId, person, ...json }: { network: string; kind: string; externalId: string; person: string },
): Promise<TokenKey> {
  const id = await consentWatched(watched, { path: '/v1/connections/authorizations', json, person });
  const chosen = await demand(200, `/v1/connections/authorizations/${id}/selection`, {
    as: watched.admin,
    method: 'POST',
    json: { externalIds: [externalId] },
    headers: keyed(),
  });
  const page = chosen.body.pages.find((candidate: { externalId: string }) => candidate.externalId === externalId);
  const key = { tenantId: watched.tenantId, connectionId: page.connectionId };
  await learnTokens(watched, key);
  return key;
}

/** The tokens that a connection holds at this moment. */
export async function learnTokens(
  { dependencies: { db, masterKeys }, onSecret }: Pick<Watched, 'dependencies' | 'onSecret'>,
  key: TokenKey,
): Promise<void> {
  const { accessToken, refreshToken } = await withTenant(db, key.tenantId, async (trx) => {
    const stored = await lockTokens(trx, key);
    if (stored === null) throw new Error('there are no tokens');
    return openTokens(trx, key, stored, { masterKeys, now: new Date() });
  });
  onSecret(accessToken);
  if (refreshToken !== null) onSecret(refreshToken);
}

/** What is sealed of an authorization: its verifier before the return, its grant and all its pages' tokens after it. */
async function learnAuthorization(
  { dependencies: { db, masterKeys }, tenantId, onSecret }: Watched,
  authorizationId: AuthorizationId,
): Promise<void> {
  await withTenant(db, tenantId, async (trx) => {
    const about = { tenantId, authorizationId };
    const seals = await authorizationSeals(trx, about, { masterKeys, now: new Date() });
    const row = await lockAuthorization(trx, authorizationId);
    if (row?.code_verifier !== null && row !== null) onSecret(seals.openVerifier(row.code_verifier));
    if (row === null || row.sealed_grant === null) return;
    const { accessToken, refreshToken, pageTokens } = seals.openConsent(row.sealed_grant);
    for (const secret of [accessToken, ...Object.values(pageTokens)]) onSecret(secret);
    if (refreshToken !== null) onSecret(refreshToken);
  });
}

const keyed = () => ({ 'idempotency-key': randomUUID() });
