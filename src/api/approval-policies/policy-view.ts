import { z } from 'zod';
import type { KnownPeople } from '../../db/people.ts';
import { selectKnownPeople } from '../../db/people.ts';
import type { PolicyRow, PolicyVersionRow } from '../../db/policy-store.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { timeouts } from '../../domain/approval.ts';
import type { People, PolicyStep } from '../../domain/policy.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';
import { groupRef, roleRef } from '../users/user-view.ts';
import { policyWarnings } from './judge-policy.ts';
import { policyId } from './policy-schemas.ts';

const peopleView = {
  users: z.array(person),
  groups: z.array(groupRef),
  roles: z.array(roleRef),
};

const stepView = z.object({
  key: z.string(),
  name: z.string(),
  ...peopleView,
  rule: z.object({ kind: z.enum(['any', 'all', 'at_least']), count: z.int().optional() }),
  timeLimitMinutes: z.int().nullable(),
  reminders: z.array(z.int()),
  onTimeout: z.enum(timeouts),
  fallback: z.object(peopleView),
  delegable: z.boolean(),
});

const warningView = z
  .object({
    pointer: z.string().meta({ example: '/steps/0' }),
    code: z.enum(['blocked_for', 'no_fallback_for', 'no_approvers', 'too_few_approvers', 'no_fallback']),
    users: z.array(person),
    detail: z.string(),
  })
  .meta({ description: 'Somebody’s posts could not pass, as the tenant’s people are today.' });

const policyFields = {
  id: policyId,
  name: z.string(),
  version: z.int().meta({ description: 'Its `ETag`; every change is another version.' }),
  steps: z.array(stepView),
  authorsMayVote: z.boolean(),
  calendarId: z.string().nullable().meta({ description: 'Null: the tenant’s default calendar.' }),
  isDefault: z.boolean().meta({ description: 'Whether it guards connections that name no policy of their own.' }),
  guardsCampaigns: z.boolean().meta({ description: 'Whether the tenant’s campaigns have to pass it.' }),
  connectionIds: z.array(id('A connection.')).meta({ description: 'The connections that name it.' }),
  createdAt: instantView('When it was made.'),
  archivedAt: instantView('Since when it is out of use; null: it is not.').nullable(),
};

export const policyView = z.object(policyFields).meta({
  id: 'ApprovalPolicy',
  description: 'Ordered steps that a post must pass before it is published, or a campaign before it is scheduled.',
});

const versionView = z.object({
  version: z.int(),
  steps: z.array(stepView),
  authorsMayVote: z.boolean(),
  calendarId: z.string().nullable(),
  createdAt: instantView('When it was written.'),
  createdBy: person.nullable().meta({ description: 'Null: when the tenant was set up.' }),
});

export const wholePolicyView = z
  .object({
    ...policyFields,
    warnings: z.array(warningView).meta({ description: 'Whom it would leave stuck, as the people are today.' }),
    versions: z.array(versionView).meta({ description: 'Newest first. Approvals that run keep theirs.' }),
  })
  .meta({ id: 'WholeApprovalPolicy', description: 'A policy with its versions.' });

/** Policies as lists show them. */
export async function presentPolicies(
  trx: TenantTransaction,
  rows: readonly PolicyRow[],
): Promise<readonly z.input<typeof policyView>[]> {
  const known = await selectKnownPeople(trx, rows.flatMap(namedIn));
  return rows.map((row) => present(row, known));
}

export async function presentWholePolicy(
  trx: TenantTransaction,
  row: PolicyRow,
  versions: readonly PolicyVersionRow[],
): Promise<z.input<typeof wholePolicyView>> {
  const warnings = await policyWarnings(trx, row.steps, row);
  const authors = versions.flatMap(({ created_by: by }) => (by === null ? [] : [by]));
  const warned = warnings.flatMap(({ users }) => users);
  const known = await selectKnownPeople(trx, [
    ...namedIn(row),
    ...versions.flatMap(namedIn),
    { users: [...authors, ...warned], groups: [], roles: [] },
  ]);
  return {
    ...present(row, known),
    warnings: warnings.map(({ users, ...warning }) => ({ ...warning, users: presentPeople({ users }, known) })),
    versions: versions.map((version) => ({
      version: version.version,
      steps: version.steps.map((step) => presentStep(step, known)),
      authorsMayVote: version.authors_may_vote,
      calendarId: version.calendar_id,
      createdAt: version.created_at.toISOString(),
      createdBy: presentPeople({ users: version.created_by === null ? [] : [version.created_by] }, known)[0] ?? null,
    })),
  };
}

function namedIn({ steps }: { readonly steps: readonly PolicyStep[] }): readonly People[] {
  return steps.flatMap((step) => [step, step.fallback]);
}

function present(row: PolicyRow, known: KnownPeople): z.input<typeof policyView> {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    steps: row.steps.map((step) => presentStep(step, known)),
    authorsMayVote: row.authorsMayVote,
    calendarId: row.calendarId,
    isDefault: row.isDefault,
    guardsCampaigns: row.guardsCampaigns,
    connectionIds: [...row.connectionIds],
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
  };
}

function presentStep({ users, groups, roles, fallback, reminders, ...step }: PolicyStep, known: KnownPeople) {
  return {
    ...step,
    reminders: [...reminders],
    ...presentNamed({ users, groups, roles }, known),
    fallback: presentNamed(fallback, known),
  };
}

function presentNamed({ users, groups, roles }: People, known: KnownPeople) {
  return {
    users: presentPeople({ users }, known),
    groups: groups.map((group) => ({ id: group, name: known.groups.get(group) ?? '' })),
    roles: roles.map((key) => ({ key, name: known.roles.get(key) ?? '' })),
  };
}

function presentPeople({ users }: Pick<People, 'users'>, known: KnownPeople) {
  return users.map((user) => ({ id: user, name: known.users.get(user) ?? '' }));
}
