import { selectBusinessCalendar } from '../../db/business-calendar.ts';
import { selectKnownPeople } from '../../db/people.ts';
import { selectElectorate, selectHoldersOf } from '../../db/policy.ts';
import type { PolicyContent } from '../../db/policy-store.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ApprovalStep } from '../../domain/approval.ts';
import type { UserId } from '../../domain/ids.ts';
import {
  type People,
  policyFaults,
  policyWarnings as warningsOf,
  type PolicyFault,
  type PolicyStep,
  type PolicyWarning,
  resolveSteps,
} from '../../domain/policy.ts';
import type { FieldError } from '../problem.ts';
import type { StepBody } from './policy-schemas.ts';

/** The steps of a request as a policy holds them: each with a key. */
export function stepsOf(steps: readonly StepBody[]): readonly PolicyStep[] {
  const given = new Set(steps.map((step) => step.key));
  let next = 1;
  return steps.map(({ key, ...step }) => {
    if (key !== undefined) return { ...step, key };
    while (given.has(`step-${next}`)) next += 1;
    given.add(`step-${next}`);
    return { ...step, key: `step-${next}` };
  });
}

/** Everything that is wrong with a policy: contradictions, strangers, and steps that nobody could ever pass. */
export async function policyErrors(trx: TenantTransaction, content: PolicyContent): Promise<readonly FieldError[]> {
  const contradictions = content.steps.flatMap((step, index) => contradictionsIn(step, index, content.steps));
  const strangers = [...(await unknownPeople(trx, content.steps)), ...(await unknownCalendar(trx, content))];
  if (contradictions.length + strangers.length > 0) return [...contradictions, ...strangers];
  return policyFaults(await resolved(trx, content.steps)).map((fault) => faultError(fault, content.steps));
}

export interface Warning {
  readonly pointer: string;
  readonly code: PolicyWarning['code'] | PolicyFault['code'];
  readonly users: readonly UserId[];
  readonly detail: string;
}

/** Whom a policy would leave stuck, as the people of the tenant are today. */
export async function policyWarnings(
  trx: TenantTransaction,
  steps: readonly PolicyStep[],
  { authorsMayVote }: Pick<PolicyContent, 'authorsMayVote'>,
): Promise<readonly Warning[]> {
  const approvals = await resolved(trx, steps);
  const faults = policyFaults(approvals).map((fault) => {
    const { pointer = '', detail } = faultError(fault, steps);
    return { pointer, code: fault.code, users: [], detail };
  });
  if (authorsMayVote) return faults;
  const named = approvals.flatMap((step) => [...step.approvers, ...step.fallback]);
  const writers = await selectHoldersOf(trx, 'post.write', [...new Set(named)]);
  return [...faults, ...warningsOf(approvals, (user) => writers.has(user)).map(presentWarning)];
}

function presentWarning({ step, code, users }: PolicyWarning): Warning {
  return code === 'blocked_for'
    ? { pointer: `/steps/${step}`, code, users, detail: 'cannot be passed by what these people write themselves' }
    : { pointer: `/steps/${step}/fallback`, code, users, detail: 'helps nobody with what this person writes' };
}

async function resolved(trx: TenantTransaction, steps: readonly PolicyStep[]): Promise<readonly ApprovalStep[]> {
  return resolveSteps({ steps }, await selectElectorate(trx, steps));
}

function contradictionsIn(step: PolicyStep, index: number, all: readonly PolicyStep[]): readonly FieldError[] {
  const at = `/steps/${index}`;
  const { key, reminders, timeLimitMinutes } = step;
  const errors: FieldError[] = [];
  if (all.findIndex((other) => other.key === key) !== index) {
    errors.push(error(`${at}/key`, 'unique', key, 'is the key of another step'));
  }
  for (const [place, minutes] of reminders.entries()) {
    const before = reminders[place - 1] ?? 0;
    if (minutes <= before)
      errors.push(error(`${at}/reminders/${place}`, 'ascending', minutes, 'must come later', before));
    if (timeLimitMinutes !== null && minutes >= timeLimitMinutes) {
      const detail = 'must come before the time has run out';
      errors.push(error(`${at}/reminders/${place}`, 'before_limit', minutes, detail, timeLimitMinutes));
    }
  }
  return errors;
}

async function unknownPeople(trx: TenantTransaction, steps: readonly PolicyStep[]): Promise<readonly FieldError[]> {
  const known = await selectKnownPeople(
    trx,
    steps.flatMap((step) => [step, step.fallback]),
  );
  const unknownIn = ({ users, groups, roles }: People, at: string): readonly FieldError[] => [
    ...missing(users, known.users, { at: `${at}/users`, what: 'member' }),
    ...missing(groups, known.groups, { at: `${at}/groups`, what: 'group' }),
    ...missing(roles, known.roles, { at: `${at}/roles`, what: 'role' }),
  ];
  return steps.flatMap((step, index) => [
    ...unknownIn(step, `/steps/${index}`),
    ...unknownIn(step.fallback, `/steps/${index}/fallback`),
  ]);
}

function missing<Id extends string>(
  named: readonly Id[],
  known: ReadonlyMap<Id, string>,
  { at, what }: { at: string; what: string },
): readonly FieldError[] {
  return named.flatMap((one, index) =>
    known.has(one) ? [] : [error(`${at}/${index}`, 'exists', one, `is not a ${what} of this tenant`)],
  );
}

async function unknownCalendar(trx: TenantTransaction, { calendarId }: PolicyContent): Promise<readonly FieldError[]> {
  if (calendarId === null || (await selectBusinessCalendar(trx, calendarId)) !== null) return [];
  return [error('/calendarId', 'exists', calendarId, 'is not a business calendar of this tenant')];
}

function faultError({ step, code, available, needed }: PolicyFault, steps: readonly PolicyStep[]): FieldError {
  const at = `/steps/${step}`;
  switch (code) {
    case 'no_approvers':
      return error(at, code, available, 'has nobody who may vote: active, with `post.approve`', needed);
    case 'too_few_approvers': {
      const pointer = steps[step]?.rule.kind === 'at_least' ? `${at}/rule/count` : at;
      return error(pointer, code, needed, 'asks for more approvals than there are people who may vote', available);
    }
    case 'no_fallback':
      return error(`${at}/fallback`, code, available, 'has nobody who may vote when the step escalates', needed);
  }
}

function error(
  pointer: string,
  rule: string,
  value: string | number,
  detail: string,
  limit: number | null = null,
): FieldError {
  return { pointer, rule, limit, value, detail };
}
