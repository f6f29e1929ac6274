import { timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { breakConnection } from '../../db/connection-grant.ts';
import {
  connectionsOf,
  deleteSecretsOf,
  eraseProfile,
  forgetConsents,
  hastenDuties,
  type Holder,
  holdersOf,
  profilesOf,
  selectGrantAge,
  selectLastGrant,
} from '../../db/grant-notice.ts';
import type { Database } from '../../db/schema.ts';
import { type TenantTransaction, withTenant } from '../../db/tenant.ts';
import { errorOf, wordless } from '../../domain/connection-health.ts';
import { concerns, type GrantNotice } from '../../domain/grant-notice.ts';
import type { AdminProfileId, TenantId } from '../../domain/ids.ts';
import { watchSecret } from '../../platform/watch-secret.ts';

export interface NoticeDependencies {
  readonly db: Kysely<Database>;
  /** From which the secrets of watches are made. */
  readonly urlKey: string;
}

/** Does what news about a grant asks for, in every tenant that holds it. Repeated or late news changes nothing more. */
export async function applyNotice(dependencies: NoticeDependencies, notice: GrantNotice, now: Date): Promise<void> {
  const { db, urlKey } = dependencies;
  const { about, news } = notice;
  if (news === 'erase' && about.kind === 'person') {
    for (const { tenantId, adminProfileId } of await profilesOf(db, about)) {
      await withTenant(db, tenantId, (trx) => erase(trx, { tenantId, adminProfileId }, { notice, now }));
    }
    return;
  }
  for (const holder of await holdersOf(db, about)) {
    if (about.kind === 'watch' && !isOurs(about.secret, watchSecret(urlKey, holder.connectionId))) continue;
    await withTenant(db, holder.tenantId, (trx) => apply(trx, holder, { notice, now }));
  }
}

interface News {
  readonly notice: GrantNotice;
  readonly now: Date;
}

async function apply(trx: TenantTransaction, holder: Holder, { notice, now }: News): Promise<void> {
  const { connectionId } = holder;
  if (notice.news === 'look') return hastenDuties(trx, connectionId, { kinds: ['refresh', 'probe'], now });
  if (notice.news === 'watch_again') return hastenDuties(trx, connectionId, { kinds: ['watch'], now });
  const grant = await selectGrantAge(trx, connectionId);
  if (grant !== null && concerns(notice.at, grant.connectedAt.getTime())) await end(trx, holder, { notice, now });
}

/** Whoever has granted something since has not asked that this be forgotten. */
async function erase(
  trx: TenantTransaction,
  { tenantId, adminProfileId }: { tenantId: TenantId; adminProfileId: AdminProfileId },
  news: News,
): Promise<void> {
  const lastGrantedAt = await selectLastGrant(trx, adminProfileId);
  if (lastGrantedAt === null || !concerns(news.notice.at, lastGrantedAt.getTime())) return;
  for (const connectionId of await connectionsOf(trx, adminProfileId)) await end(trx, { tenantId, connectionId }, news);
  await deleteSecretsOf(trx, adminProfileId);
  await forgetConsents(trx, adminProfileId, news.now);
  await eraseProfile(trx, adminProfileId);
}

async function end(trx: TenantTransaction, holder: Holder, { notice, now }: News): Promise<void> {
  const grant = await selectGrantAge(trx, holder.connectionId);
  if (grant === null) return;
  const error = errorOf('grant_gone', { ...wordless, providerCode: notice.providerCode }, now);
  await breakConnection(trx, holder, { grantVersion: grant.grantVersion, state: 'expired', error, now });
}

function isOurs(given: string, expected: string): boolean {
  const [theirs, ours] = [Buffer.from(given), Buffer.from(expected)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}
