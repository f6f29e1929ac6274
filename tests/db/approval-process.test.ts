import { beforeEach, describe, expect, it } from 'vitest';
import { approvalActivities } from '../../src/activities/approval.ts';
import { insertApproval } from '../../src/db/approval-opening.ts';
import { selectApproval } from '../../src/db/approval-read.ts';
import type { RecordedTurn } from '../../src/db/approval-turn.ts';
import { insertBusinessCalendar } from '../../src/db/business-calendar.ts';
import { insertPost } from '../../src/db/post.ts';
import { insertRevision } from '../../src/db/post-revision.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { type Approval, openApproval, type SavedStep } from '../../src/domain/approval.ts';
import { announce, elapse, reopen, timed } from '../../src/domain/approval-progress.ts';
import { cast } from '../../src/domain/approval-vote.ts';
import type { ApprovalId, BusinessCalendarId, ContentHash, PostId, RevisionId, UserId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { type FreshTenant, freshTenant, insertPolicy } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const activities = approvalActivities({ db: app.db });
/** Thursday, Christmas Eve, 17:00 in Rome. */
const christmasEve = Date.parse('2026-12-24T16:00:00Z');

let tenant: FreshTenant;
let key: { tenantId: FreshTenant['id']; approvalId: ApprovalId };
let postId: PostId;
let opened: Approval;

beforeEach(async () => {
  tenant = await freshTenant(app.db);
  const { marco, sara, paolo } = tenant.people;
  const approvers = [marco, sara];
  opened = await open([
    {
      key: 'review',
      name: 'Revisione',
      approvers,
      rule: { kind: 'all' },
      fallback: [paolo],
      timeLimitMinutes: 120,
      reminders: [30],
      onTimeout: 'escalate',
      delegable: true,
    },
  ]);
});

describe('a step that opens before a holiday weekend', () => {
  it('is due two business hours later, on Monday morning, by the calendar of its policy', async () => {
    const { clock } = await openStep();
    expect(clock.deadlineAt).toBe(Date.parse('2026-12-28T09:00:00Z'));
    expect(clock.remindersAt).toEqual([Date.parse('2026-12-24T16:30:00Z')]);
    expect(await row()).toMatchObject({ deadline_at: new Date('2026-12-28T09:00:00Z'), turn: 1 });
  });

  it('is opened once, however often it is asked for', async () => {
    expect(await openStep()).toEqual(await openStep());
    expect(await events()).toEqual(['approval.requested']);
    const { marco, sara } = tenant.people;
    expect(await notified()).toEqual([`approval_requested ${marco}`, `approval_requested ${sara}`].toSorted());
  });

  it('asks the delegate of whoever is away, and learns who has left', async () => {
    const { marco, sara, paolo } = tenant.people;
    await withTenant(app.db, tenant.id, async (trx) => {
      const day = 86_400_000;
      const times = { starts_at: new Date(christmasEve - day), ends_at: new Date(christmasEve + day) };
      const absence = { ...times, user_id: marco, delegate_id: paolo, created_by: marco, created_at: new Date() };
      await trx
        .insertInto('absence')
        .values({ ...absence, tenant_id: tenant.id, id: newId() })
        .execute();
      await trx.updateTable('tenant_member').set({ active: false }).where('user_id', '=', sara).execute();
    });
    const { presence } = await openStep();
    expect(presence.inactive).toEqual([sara]);
    expect(presence.absences).toMatchObject([{ of: marco, delegate: paolo }]);
    expect(await notified()).toEqual([`approval_requested ${paolo}`]);
  });
});

describe('what time brings about', () => {
  it('is written once, with its event, its notices and where the approval stands', async () => {
    const { clock } = await openStep();
    const running = timed(announce(opened).approval, '1.0', clock);
    const due = elapse(running, Date.parse('2026-12-28T09:00:00Z'));
    if (due === null) throw new Error('nothing was due');
    for (let times = 0; times < 2; times += 1) await activities.recordTurn(turn(due.kind, due.approval));
    expect(await row()).toMatchObject({ escalated: true, overdue: true, turn: 2 });
    expect(await events()).toEqual(['approval.requested', 'approval.escalated']);
    expect(await notified()).toContain(`approval_escalated ${tenant.people.paolo}`);
  });

  it('that is written late never overwrites what is newer', async () => {
    await openStep();
    const { marco } = tenant.people;
    const asked = announce(opened).approval;
    const stranded = { ...asked, turn: asked.turn + 1, stranded: true };
    const vote = { by: marco, verdict: 'reject' as const, contentHash: opened.contentHash };
    const relieved = { ...stranded, turn: stranded.turn + 1, stranded: false };
    const rejected = cast(relieved, vote, christmasEve);
    await recordVote(marco, rejected, 'reject');
    await activities.recordTurn(turn('stranded', stranded));
    expect(await row()).toMatchObject({ outcome: 'rejected', stranded: false, turn: rejected.turn });
    expect(await notified()).toContain(`approval_settled ${tenant.people.elena}`);
  });
});

describe('content that changes', () => {
  it('puts another revision before the approvers, and leaves its editor out of them', async () => {
    const { marco, elena } = tenant.people;
    await openStep();
    await recordVote(marco, cast(announce(opened).approval, voteOf(marco), christmasEve));
    const revisionId = await addRevision(2, 'f');
    const changed = reopen(opened, { revisionId, contentHash: hash('f'), authors: [elena, marco] });
    const { approval, kind } = announce({ ...changed, turn: 5 });
    await activities.openStep({ ...key, kind, approval, at: christmasEve });
    expect(await row()).toMatchObject({ round: 2, step: 0, content_hash: hash('f'), revision_number: 2 });
    const places = await withTenant(app.db, tenant.id, (trx) =>
      trx.selectFrom('approval_approver').select('user_id').execute(),
    );
    expect(places.map((place) => place.user_id)).not.toContain(marco);
    const votes = await withTenant(app.db, tenant.id, (trx) =>
      trx.selectFrom('approval_vote').select(['round', 'seats']).execute(),
    );
    expect(votes).toEqual([{ round: 1, seats: [marco] }]);
  });
});

it('a vote that a worker of the release before hands over is written as it was', async () => {
  const { marco } = tenant.people;
  const { contentHash, authors, steps } = opened;
  const state = { contentHash, authors, steps, step: 1, settled: { outcome: 'approved', by: marco, at: 7 } } as const;
  const vote = voteOf(marco);
  await activities.recordVote({ ...key, vote, commentId: null, step: 0, state, at: christmasEve, updateId: newId() });
  expect(await row()).toMatchObject({ outcome: 'approved', step: 1, settled_by: marco });
});

const hash = (digit: string) => digit.repeat(64) as ContentHash;
const voteOf = (by: UserId) => ({ by, verdict: 'approve' as const, contentHash: opened.contentHash });

function recordVote(by: UserId, state: Approval, verdict: 'approve' | 'reject' = 'approve'): Promise<void> {
  const vote = { ...voteOf(by), verdict };
  const seats = [by];
  return activities.recordVote({
    ...key,
    vote,
    seats,
    commentId: null,
    step: 0,
    state,
    at: christmasEve,
    updateId: newId(),
  });
}

function openStep() {
  const { approval } = announce(opened);
  return activities.openStep({ ...key, kind: 'requested', approval, at: christmasEve });
}

function turn(kind: RecordedTurn['kind'], approval: Approval): RecordedTurn {
  return {
    ...key,
    kind,
    step: 0,
    approval,
    by: null,
    to: null,
    scope: null,
    commentId: null,
    clock: null,
    at: christmasEve,
  };
}

async function row() {
  return withTenant(app.db, tenant.id, async (trx) => ({
    ...(await selectApproval(trx, key.approvalId)),
    ...(await trx.selectFrom('approval').select('turn').where('id', '=', key.approvalId).executeTakeFirstOrThrow()),
  }));
}

async function events(): Promise<string[]> {
  const rows = await withTenant(app.db, tenant.id, (trx) =>
    trx.selectFrom('event').select('kind').where('entity_id', '=', postId).orderBy('position').execute(),
  );
  return rows.map(({ kind }) => kind);
}

async function notified(): Promise<string[]> {
  const rows = await withTenant(app.db, tenant.id, (trx) =>
    trx.selectFrom('notification').select(['kind', 'user_id']).execute(),
  );
  return rows.map(({ kind, user_id: user }) => `${kind} ${user}`).toSorted();
}

async function open(steps: readonly SavedStep[]): Promise<Approval> {
  const { elena } = tenant.people;
  postId = newId<PostId>();
  key = { tenantId: tenant.id, approvalId: newId<ApprovalId>() };
  const now = new Date(christmasEve);
  const revisionId = newId<RevisionId>();
  const approval = openApproval({ contentHash: hash('a'), revisionId, authors: [elena], steps });
  await withTenant(app.db, tenant.id, async (trx) => {
    await insertPost(trx, { tenantId: tenant.id, id: postId, revisionId, scheduledAt: null, by: elena, now });
    await insertRevision(trx, revision(revisionId, 1, 'a'));
    const calendarId = newId<BusinessCalendarId>();
    await insertBusinessCalendar(trx, { id: calendarId, tenantId: tenant.id, content: italianHours, now });
    await insertApproval(trx, {
      ...key,
      id: key.approvalId,
      subject: { kind: 'post', postId, revisionId },
      contentHash: hash('a'),
      policyId: await insertPolicy(trx, tenant, []),
      policyVersion: 1,
      steps: approval.steps,
      authors: [elena],
      authorsMayVote: false,
      calendarId,
      by: elena,
      now,
    });
  });
  return approval;
}

async function addRevision(number: number, digit: string): Promise<RevisionId> {
  const id = newId<RevisionId>();
  await withTenant(app.db, tenant.id, (trx) => insertRevision(trx, revision(id, number, digit)));
  return id;
}

function revision(id: RevisionId, number: number, digit: string) {
  const content = { text: 'Auguri', mediaIds: [], targets: [], link: null };
  const by = tenant.people.elena;
  const now = new Date(christmasEve);
  return { tenantId: tenant.id, id, postId, number, content, contentHash: hash(digit), by, now };
}

const workday = [{ from: 9 * 60, to: 18 * 60 }];
const italianHours = {
  name: 'Orario',
  timeZone: 'Europe/Rome',
  week: {
    monday: workday,
    tuesday: workday,
    wednesday: workday,
    thursday: workday,
    friday: workday,
    saturday: [],
    sunday: [],
  },
  country: 'IT',
  region: null,
  holidayTypes: ['public'] as const,
  exceptions: [],
};
