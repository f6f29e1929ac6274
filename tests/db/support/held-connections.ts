import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { claimDuties, setDuty, settleDuty } from '../../../src/db/connection-duty.ts';
import { tokenContext } from '../../../src/db/connection-grant.ts';
import type { Database } from '../../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../../src/db/tenant.ts';
import { tenantKeys } from '../../../src/db/tenant-key.ts';
import { type ConnectionState, type DutyKind, dutyKinds } from '../../../src/domain/connection.ts';
import { usualGrantKind } from '../../../src/domain/grant.ts';
import type { ConnectionId, TenantId } from '../../../src/domain/ids.ts';
import { networks, type PublishingNetwork } from '../../../src/domain/network.ts';
import { newId } from '../../../src/platform/new-id.ts';
import { seal, type SealKey } from '../../../src/platform/sealing.ts';

export const testMasterKeys: readonly SealKey[] = [{ version: 1, bytes: randomBytes(32) }];

export interface HeldPageFacts {
  readonly now: Date;
  readonly network?: PublishingNetwork;
  readonly state?: ConnectionState;
  readonly duties?: readonly DutyKind[];
  readonly expiresAt?: Date | null;
  readonly consentExpiresAt?: Date | null;
  readonly scopes?: readonly string[] | null;
}

export interface TestPage {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** A page in a tenant of its own with sealed tokens, whose duties are due now. */
export async function insertPage(db: Kysely<Database>, facts: HeldPageFacts): Promise<TestPage> {
  const page = { tenantId: newId<TenantId>(), connectionId: newId<ConnectionId>() };
  await withTenant(db, page.tenantId, async (trx) => {
    const tenant = { id: page.tenantId, slug: `t-${page.tenantId}`, name: 'Prova', locale: 'it' };
    await trx
      .insertInto('tenant')
      .values({ ...tenant, time_zone: 'Europe/Rome', created_at: facts.now })
      .execute();
    await insertConnection(trx, page, facts);
    for (const kind of facts.duties ?? ['probe']) {
      await setDuty(trx, { ...page, kind }, { dueAt: facts.now, attempts: 0 });
    }
  });
  return page;
}

async function insertConnection(trx: TenantTransaction, page: TestPage, facts: HeldPageFacts): Promise<void> {
  const { now, network = 'linkedin', state = 'connected', scopes = null, expiresAt = null } = facts;
  const { tenantId: tenant_id, connectionId: id } = page;
  await trx
    .insertInto('connection')
    .values({
      tenant_id,
      id,
      network,
      external_id: id,
      name: 'Pagina',
      state,
      approval_policy_id: null,
      grant_kind: usualGrantKind(network),
      connected_at: now,
      connected_by: null,
      last_success_at: null,
      last_checked_at: null,
      last_error: null,
      scopes,
      consent_expires_at: facts.consentExpiresAt ?? null,
    })
    .execute();
  const { newest } = await tenantKeys(trx, tenant_id, testMasterKeys, now);
  await trx
    .insertInto('connection_secret')
    .values({
      tenant_id,
      connection_id: id,
      access_token: seal(newest, tokenContext(page, 'access_token'), 'first token'),
      refresh_token: seal(newest, tokenContext(page, 'refresh_token'), 'refresh token'),
      expires_at: expiresAt,
    })
    .execute();
}

/** What can be told of a page from outside: its row, its duties, its events and who was told of it. */
export function describePage(db: Kysely<Database>, { tenantId, connectionId }: TestPage) {
  return withTenant(db, tenantId, async (trx) => {
    const row = await trx
      .selectFrom('connection')
      .select(['state', 'name', 'missing_scopes', 'last_error', 'grant_version', 'last_success_at'])
      .where('id', '=', connectionId)
      .executeTakeFirstOrThrow();
    const duties = await trx
      .selectFrom('connection_duty')
      .select(['kind', 'due_at', 'attempts', 'lease_until'])
      .orderBy('kind')
      .execute();
    const events = await trx.selectFrom('event').select('kind').orderBy('position').execute();
    const messages = await trx.selectFrom('process_outbox').select('message').orderBy('id').execute();
    return {
      ...row,
      error: row.last_error?.code ?? null,
      duties,
      events: events.map(({ kind }) => kind),
      told: messages.map(({ message }) => message.kind),
    };
  });
}

/** Leaves nothing due for the next test. */
export async function clearDuties({ app, system }: { app: Kysely<Database>; system: Kysely<Database> }): Promise<void> {
  const everyone = { rooms: networks.map((network) => ({ network, seats: 1_000, after: null })), leaseMs: 1 };
  for (const kind of dutyKinds) {
    for (const duty of await claimDuties(system, { ...everyone, kind, now: new Date('2100-01-01T00:00:00Z') })) {
      await withTenant(app, duty.tenantId, (trx) => settleDuty(trx, duty, null));
    }
  }
}
