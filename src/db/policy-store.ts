import { type Expression, sql } from 'kysely';
import type { BusinessCalendarId, ConnectionId, PolicyId, TenantId, UserId } from '../domain/ids.ts';
import { type PolicyStep, wholePolicyStep } from '../domain/policy.ts';
import { unlessViolated } from './constraint.ts';
import type { TenantTransaction } from './tenant.ts';

/** What an admin says of a policy. */
export interface PolicyContent {
  readonly name: string;
  readonly steps: readonly PolicyStep[];
  readonly authorsMayVote: boolean;
  /** `null`: the tenant's. */
  readonly calendarId: BusinessCalendarId | null;
}

export interface PolicyRow extends PolicyContent {
  readonly id: PolicyId;
  readonly version: number;
  readonly isDefault: boolean;
  /** Whether campaigns have to pass it. */
  readonly guardsCampaigns: boolean;
  /** The connections that name it. */
  readonly connectionIds: readonly ConnectionId[];
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

/** Where a page of policies ended: its sort key. */
export type PolicyPosition = readonly [name: string, policyId: string];

/** Policies in use or ready to be used, by name, `limit + 1` at most. */
export async function selectPolicies(
  trx: TenantTransaction,
  { after, limit }: { after: PolicyPosition | null; limit: number },
): Promise<PolicyRow[]> {
  const rows = await policyRows(trx)
    .where('policy.archived_at', 'is', null)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(policy.name, policy.id) > (${after?.[0]}, ${after?.[1]}::uuid)`),
    )
    .orderBy('policy.name')
    .orderBy('policy.id')
    .limit(limit + 1)
    .execute();
  return rows.map(rowOf);
}

/** One policy, archived ones included; null when the tenant has no such policy. */
export async function selectPolicy(trx: TenantTransaction, id: PolicyId): Promise<PolicyRow | null> {
  const row = await policyRows(trx).where('policy.id', '=', id).executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

/** The same, and nobody else may change it before this transaction ends. */
export async function lockPolicy(trx: TenantTransaction, id: PolicyId): Promise<PolicyRow | null> {
  await trx.selectFrom('approval_policy').select('id').where('id', '=', id).forUpdate().execute();
  return selectPolicy(trx, id);
}

/** Every version of a policy, newest first. */
export async function selectPolicyVersions(trx: TenantTransaction, id: PolicyId) {
  const rows = await trx
    .selectFrom('approval_policy_version')
    .select(['version', 'steps', 'authors_may_vote', 'calendar_id', 'created_at', 'created_by'])
    .where('policy_id', '=', id)
    .orderBy('version', 'desc')
    .execute();
  return rows.map((row) => ({ ...row, steps: row.steps.map(wholePolicyStep) }));
}

export type PolicyVersionRow = Awaited<ReturnType<typeof selectPolicyVersions>>[number];

interface Writing {
  readonly tenantId: TenantId;
  readonly id: PolicyId;
  readonly content: PolicyContent;
  readonly version: number;
  readonly by: UserId;
  readonly now: Date;
}

/** False, and the transaction is lost, when another policy of the tenant has the name. */
export function insertPolicy(trx: TenantTransaction, writing: Writing): Promise<boolean> {
  const { tenantId, id, content, version, now } = writing;
  return unlessViolated('unique', async () => {
    await trx
      .insertInto('approval_policy')
      .values({
        tenant_id: tenantId,
        id,
        name: content.name,
        version,
        calendar_id: content.calendarId,
        created_at: now,
      })
      .execute();
    await insertVersion(trx, writing);
  });
}

/** Writes the next version; approvals that run keep theirs. False as for `insertPolicy`. */
export function updatePolicy(trx: TenantTransaction, writing: Writing): Promise<boolean> {
  const { id, content, version } = writing;
  return unlessViolated('unique', async () => {
    await insertVersion(trx, writing);
    await trx
      .updateTable('approval_policy')
      .set({ name: content.name, version, calendar_id: content.calendarId })
      .where('id', '=', id)
      .execute();
  });
}

async function insertVersion(trx: TenantTransaction, { tenantId, id, content, version, by, now }: Writing) {
  await trx
    .insertInto('approval_policy_version')
    .values({
      tenant_id: tenantId,
      policy_id: id,
      version,
      steps: JSON.stringify(content.steps),
      authors_may_vote: content.authorsMayVote,
      calendar_id: content.calendarId,
      created_at: now,
      created_by: by,
    })
    .execute();
}

/** Takes a policy out of use for good. Its name is free again, approvals that ran by it keep it. */
export async function archivePolicy(trx: TenantTransaction, id: PolicyId, now: Date): Promise<void> {
  await trx.updateTable('approval_policy').set({ archived_at: now, calendar_id: null }).where('id', '=', id).execute();
}

export async function selectDefaultPolicyId(trx: TenantTransaction): Promise<PolicyId | null> {
  const row = await trx.selectFrom('tenant_setting').select('approval_policy_id').executeTakeFirst();
  return row?.approval_policy_id ?? null;
}

/** Null: where a connection names no policy, none applies. */
export async function setDefaultPolicy(trx: TenantTransaction, tenantId: TenantId, id: PolicyId | null): Promise<void> {
  await trx
    .insertInto('tenant_setting')
    .values({ tenant_id: tenantId, approval_policy_id: id })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ approval_policy_id: id }))
    .execute();
}

/** Null: the tenant's default applies. */
export async function setConnectionPolicy(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  id: PolicyId | null,
): Promise<void> {
  await trx.updateTable('connection').set({ approval_policy_id: id }).where('id', '=', connectionId).execute();
}

export async function selectCampaignPolicyId(trx: TenantTransaction): Promise<PolicyId | null> {
  const row = await trx.selectFrom('campaign_setting').select('approval_policy_id').executeTakeFirst();
  return row?.approval_policy_id ?? null;
}

/** Null: campaigns have to pass none. */
export async function setCampaignPolicy(
  trx: TenantTransaction,
  tenantId: TenantId,
  id: PolicyId | null,
): Promise<void> {
  await trx
    .insertInto('campaign_setting')
    .values({ tenant_id: tenantId, approval_policy_id: id })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ approval_policy_id: id }))
    .execute();
}

function policyRows(trx: TenantTransaction) {
  return trx
    .selectFrom('approval_policy as policy')
    .innerJoin('approval_policy_version as current', (join) =>
      join
        .onRef('current.tenant_id', '=', 'policy.tenant_id')
        .onRef('current.policy_id', '=', 'policy.id')
        .onRef('current.version', '=', 'policy.version'),
    )
    .select(['policy.id', 'policy.name', 'policy.version', 'policy.created_at', 'policy.archived_at'])
    .select(['current.steps', 'current.authors_may_vote', 'current.calendar_id'])
    .select((eb) => [
      eb
        .exists(
          eb
            .selectFrom('tenant_setting')
            .select('tenant_setting.tenant_id')
            .whereRef('tenant_setting.approval_policy_id', '=', 'policy.id'),
        )
        .as('is_default'),
      eb
        .exists(
          eb
            .selectFrom('campaign_setting')
            .select('campaign_setting.tenant_id')
            .whereRef('campaign_setting.approval_policy_id', '=', 'policy.id'),
        )
        .as('guards_campaigns'),
      ids<ConnectionId>(
        eb
          .selectFrom('connection')
          .select('connection.id')
          .whereRef('connection.approval_policy_id', '=', 'policy.id')
          .orderBy('connection.name'),
      ).as('connection_ids'),
    ]);
}

function ids<Id>(query: Expression<unknown>) {
  return sql<Id[]>`array(${query})`;
}

function rowOf(row: Awaited<ReturnType<ReturnType<typeof policyRows>['executeTakeFirstOrThrow']>>): PolicyRow {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    steps: row.steps.map(wholePolicyStep),
    authorsMayVote: row.authors_may_vote,
    calendarId: row.calendar_id,
    isDefault: Boolean(row.is_default),
    guardsCampaigns: Boolean(row.guards_campaigns),
    connectionIds: row.connection_ids,
    createdAt: row.created_at,
    archivedAt: row.archived_at,
  };
}
