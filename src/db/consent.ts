import { type Consent, type ConsentSource, type ConsentVerdict, judgeConsent } from '../domain/author.ts';
import type { AuthorId, TenantId, UserId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

/** What somebody has agreed to, or does not any more, and how we know. */
export interface ToldConsent {
  readonly tenantId: TenantId;
  readonly authorId: AuthorId;
  readonly consent: Exclude<Consent, 'unknown'>;
  readonly source: ConsentSource;
  readonly evidence: string | null;
  /** Null: nobody of ours said so. */
  readonly by: UserId | null;
  readonly at: Date;
}

/**
 * Notes what one author has agreed to, with its history and an event, in the caller's transaction. Telling it again
 * changes nothing. Null: there is no such author.
 */
export async function noteConsent(trx: TenantTransaction, told: ToldConsent): Promise<ConsentVerdict | null> {
  const { tenantId, authorId, consent, source, evidence, by, at } = told;
  const known = await trx
    .selectFrom('author')
    .select('consent')
    .where('id', '=', authorId)
    .where('erased_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (known === undefined) return null;
  const verdict = judgeConsent(known.consent, consent, { inBulk: false });
  if (verdict !== 'change') return verdict;
  await trx
    .updateTable('author')
    .set((eb) => ({ consent, consent_at: at, updated_at: at, version: eb('version', '+', 1) }))
    .where('id', '=', authorId)
    .execute();
  await trx
    .insertInto('consent_change')
    .values({ tenant_id: tenantId, id: newId(), author_id: authorId, consent, source, evidence, by_user: by, at })
    .execute();
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: 'author.consent_changed',
      entity: 'author',
      entityId: authorId,
      actor: by === null ? { kind: 'network' } : { kind: 'user', id: by },
      data: { consent, source },
    },
  ]);
  return 'change';
}

/** What an author has agreed to over time, the newest first. */
export function selectConsentHistory(trx: TenantTransaction, authorId: AuthorId) {
  return trx
    .selectFrom('consent_change')
    .select(['consent', 'source', 'evidence', 'by_user', 'at'])
    .where('author_id', '=', authorId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(maxHistory)
    .execute();
}

const maxHistory = 100;
