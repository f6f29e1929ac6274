import { timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { breakConnection } from '../../db/connection-grant.ts';
import {
  deleteSecretsOf,
  eraseProfile,
  hastenDuties,
  type Holder,
  holdersOf,
  profilesOf,
  selectGrantAge,
} from '../../db/grant-notice.ts';
import type { Database } from '../../db/schema.ts';
import { type TenantTransaction, withTenant } from '../../db/tenant.ts';
import { errorOf, wordless } from '../../domain/connection-health.ts';
import { concerns, type GrantNotice } from '../../domain/grant-notice.ts';
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
  for (const holder of await holdersOf(db, about)) {
    if (about.kind === 'watch' && !isOurs(about.secret, watchSecret(urlKey, holder.connectionId))) continue;
    await withTenant(db, holder.tenantId, (trx) => apply(trx, { holder, notice, now }));
  }
  if (news !== 'erase' || about.kind !== 'person') return;
  for (const { tenantId, adminProfileId } of await profilesOf(db, about)) {
    await withTenant(db, tenantId, async (trx) => {
      await deleteSecretsOf(trx, adminProfileId);
      await eraseProfile(trx, adminProfileId);
    });
  }
}

async function apply(
  trx: TenantTransaction,
  { holder, notice, now }: { holder: Holder; notice: GrantNotice; now: Date },
): Promise<void> {
  const { connectionId } = holder;
  if (notice.news === 'look') return hastenDuties(trx, connectionId, { kinds: ['refresh', 'probe'], now });
  if (notice.news === 'watch_again') return hastenDuties(trx, connectionId, { kinds: ['watch'], now });
  const grant = await selectGrantAge(trx, connectionId);
  if (grant === null || !concerns(notice.at, grant.connectedAt.getTime())) return;
  const error = errorOf('grant_gone', { ...wordless, providerCode: notice.providerCode }, now);
  await breakConnection(trx, holder, { grantVersion: grant.grantVersion, state: 'expired', error, now });
}

function isOurs(given: string, expected: string): boolean {
  const [theirs, ours] = [Buffer.from(given), Buffer.from(expected)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}
