import { beforeEach, describe, expect, it } from 'vitest';
import { approvalActivities } from '../../src/activities/approval.ts';
import { insertApproval } from '../../src/db/approval-opening.ts';
import { selectApproval } from '../../src/db/approval-read.ts';
import { type CampaignDraft, changeCampaign, insertCampaign, selectCampaign } from '../../src/db/campaign.ts';
import { reopenApproval } from '../../src/db/campaign-approval.ts';
import { campaignHash } from '../../src/db/campaign-hash.ts';
import { selectPlanParts } from '../../src/db/campaign-plan.ts';
import { voidIfChanged } from '../../src/db/campaign-void.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { type Approval, openApproval, withdraw } from '../../src/domain/approval.ts';
import { announce } from '../../src/domain/approval-progress.ts';
import { cast } from '../../src/domain/approval-vote.ts';
import type { CampaignStep } from '../../src/domain/campaign.ts';
import type { ApprovalId, CampaignId, ContentHash, TemplateId, UserId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { editTemplate } from '../support/campaign-api.ts';
import { insertGroup, insertNumber, insertTemplate } from '../support/campaign-people.ts';
import { type FreshTenant, freshTenant, insertPolicy } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const activities = approvalActivities({ db: app.db });
const now = new Date('2026-12-20T10:00:00Z');

let tenant: FreshTenant;
let key: { tenantId: FreshTenant['id']; approvalId: ApprovalId };
let campaignId: CampaignId;
let templateId: TemplateId;
let opened: Approval;

beforeEach(async () => {
  tenant = await freshTenant(app.db);
  opened = await inReview({ startsAtLocal: '2026-12-24T09:00' });
});

describe('an approval', () => {
  it('is about a post or a campaign, and never about both or nothing', async () => {
    for (const change of [
      { campaign_id: null },
      { post_id: newId(), revision_id: newId() },
      { revision_id: newId() },
    ]) {
      const update = inTenant((trx) =>
        trx
          .updateTable('approval')
          .set(change as object)
          .execute(),
      );
      await expect(update).rejects.toMatchObject({ constraint: 'approval_subject_check' });
    }
  });

  it('of a campaign is open once at most', async () => {
    await expect(open(opened)).rejects.toMatchObject({ constraint: 'approval_open_of_campaign' });
  });

  it('asks its approvers by the campaign’s name', async () => {
    await openStep();
    const { marco, sara } = tenant.people;
    expect(await notified()).toEqual([`approval_requested ${marco}`, `approval_requested ${sara}`].toSorted());
    expect(await events()).toContain('approval.requested');
  });
});

describe('the end of an approval', () => {
  it('schedules the campaign, lets its process know and its authors, once however often it is written', async () => {
    for (let times = 0; times < 2; times += 1) await vote('approve');
    expect(await campaign()).toMatchObject({ state: 'scheduled', contentHash: opened.contentHash });
    expect(await messages()).toEqual(['campaign_changed']);
    expect(await notified()).toEqual([`approval_settled ${tenant.people.elena}`]);
    expect((await events()).slice(-2)).toEqual(['approval.vote', 'campaign.approved']);
  });

  it.each(['reject', 'request_changes'] as const)('makes it a draft again after %s', async (verdict) => {
    await vote(verdict);
    expect(await campaign()).toMatchObject({ state: 'draft' });
    expect(await messages()).toEqual([]);
    expect(await events()).toContain('campaign.sent_back');
  });

  it('makes it a draft again when time has run out', async () => {
    const settled = { outcome: 'expired', by: null, at: now.getTime() } as const;
    const approval = { ...opened, turn: 1, settled };
    const nobody = { by: null, to: null, scope: null, commentId: null, clock: null };
    await activities.recordTurn({ ...key, ...nobody, kind: 'expired', step: 0, approval, at: now.getTime() });
    expect(await campaign()).toMatchObject({ state: 'draft' });
  });

  it('that comes after the start lets nothing out late', async () => {
    await vote('approve', Date.parse('2026-12-24T08:00:00Z'));
    expect(await campaign()).toMatchObject({ state: 'draft' });
    expect(await outcomesTold()).toEqual(['voided']);
  });

  it('lets nothing out that a template does not say any more', async () => {
    await inTenant((trx) => editTemplate(trx, templateId, null));
    await vote('approve');
    expect(await campaign()).toMatchObject({ state: 'draft' });
    expect(await outcomesTold()).toEqual(['voided']);
  });
});

describe('a campaign that was taken back', () => {
  it.each(['withdraw', 'cancel'] as const)('by %s has no open approval, whose process hears of it', async (kind) => {
    await step({ kind });
    expect(await row()).toMatchObject({ outcome: 'withdrawn', settled_by: tenant.people.elena });
    expect(await messages()).toContain('withdraw_approval');
  });

  it('is not scheduled by a vote that its approval counted meanwhile', async () => {
    await step({ kind: 'withdraw' });
    await vote('approve');
    expect(await campaign()).toMatchObject({ state: 'draft' });
    expect(await row()).toMatchObject({ outcome: 'withdrawn' });
    expect(await messages()).toEqual(['withdraw_approval']);
    expect(await notified()).toEqual([]);
  });

  it('stays so when its process has come to the same', async () => {
    await step({ kind: 'withdraw' });
    const { settled } = withdraw(opened, tenant.people.elena, now.getTime() + 1);
    if (settled === null) throw new Error('it was not withdrawn');
    await activities.recordWithdrawal({ ...key, settled });
    expect(await row()).toMatchObject({ outcome: 'withdrawn', settled_at: now });
  });
});

describe('changed content', () => {
  it('is put before the approvers once', async () => {
    const change = { contentHash: 'f'.repeat(64) as ContentHash, authors: [tenant.people.elena], now };
    const about = { tenantId: tenant.id, campaignId };
    for (let times = 0; times < 2; times += 1) await inTenant((trx) => reopenApproval(trx, about, change));
    expect(await messages()).toEqual(['content_changed']);
  });

  it('does not start: what was approved becomes a draft, and its authors hear of it', async () => {
    await vote('approve');
    expect(await begin()).toBe(false);
    await inTenant((trx) => editTemplate(trx, templateId, null));
    expect([await begin(), await begin()]).toEqual([true, false]);
    expect(await campaign()).toMatchObject({ state: 'draft' });
    expect(await outcomesTold()).toEqual(['approved', 'voided']);
  });

  it('is a filter that finds other people', async () => {
    await vote('approve');
    const filter = JSON.stringify({ all: [{ field: 'language', is: 'it' }] });
    await inTenant((trx) => trx.updateTable('contact_group').set({ kind: 'dynamic', filter }).execute());
    expect(await begin()).toBe(true);
  });
});

const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(app.db, tenant.id, work);
const campaign = () => inTenant((trx) => selectCampaign(trx, campaignId));
const row = () => inTenant((trx) => selectApproval(trx, key.approvalId));
const begin = () => inTenant((trx) => voidIfChanged(trx, { tenantId: tenant.id, campaignId }, now));

function openStep() {
  const { approval, kind } = announce(opened);
  return activities.openStep({ ...key, kind, approval, at: now.getTime() });
}

const updateId = 'the-vote-of-marco';

function vote(verdict: 'approve' | 'reject' | 'request_changes', at = now.getTime()): Promise<void> {
  const by = tenant.people.marco;
  const said = { by, verdict, contentHash: opened.contentHash };
  const state = cast(opened, said, at);
  return activities.recordVote({ ...key, vote: said, seats: [by], commentId: null, step: 0, state, at, updateId });
}

function step(taken: CampaignStep) {
  const actor = { kind: 'user', id: tenant.people.elena } as const;
  return inTenant((trx) => changeCampaign(trx, { tenantId: tenant.id, campaignId, step: taken, actor, now }));
}

async function events(): Promise<readonly string[]> {
  const rows = await inTenant((trx) =>
    trx.selectFrom('event').select('kind').where('entity_id', '=', campaignId).orderBy('position').execute(),
  );
  return rows.map(({ kind }) => kind);
}

async function messages(): Promise<readonly string[]> {
  const rows = await inTenant((trx) => trx.selectFrom('process_outbox').select('message').orderBy('id').execute());
  return rows.map(({ message }) => message.kind);
}

async function notified(): Promise<readonly string[]> {
  const rows = await inTenant((trx) =>
    trx.selectFrom('notification').select(['kind', 'user_id']).where('campaign_id', '=', campaignId).execute(),
  );
  return rows.map(({ kind, user_id: user }) => `${kind} ${user}`).toSorted();
}

async function outcomesTold(): Promise<readonly unknown[]> {
  const rows = await inTenant((trx) =>
    trx.selectFrom('notification').select('data').where('kind', '=', 'approval_settled').orderBy('id').execute(),
  );
  return rows.map(({ data }) => data.outcome);
}

/** A campaign of Elena's that Marco or Sara may approve. */
async function inReview(change: Partial<CampaignDraft>): Promise<Approval> {
  const { elena, marco, sara } = tenant.people;
  campaignId = newId<CampaignId>();
  const contentHash = await inTenant((trx) => insertSubmitted(trx, elena, change));
  const steps = [{ key: 'review', name: 'Revisione', approvers: [marco, sara], rule: { kind: 'any' } as const }];
  const approval = openApproval({ contentHash, authors: [elena], steps });
  await open(approval);
  return approval;
}

async function insertSubmitted(
  trx: TenantTransaction,
  by: UserId,
  change: Partial<CampaignDraft>,
): Promise<ContentHash> {
  const { id: tenantId } = tenant;
  templateId = await insertTemplate(trx, { tenantId, by });
  const draft: CampaignDraft = {
    name: 'Natale',
    groupIds: [await insertGroup(trx, { tenantId, by }, [{ count: 1 }])],
    connectionIds: [await insertNumber(trx, tenantId)],
    variants: [{ key: 'A', templateId, share: 1, variables: {} }],
    startsAtLocal: null,
    zone: 'tenant',
    quietHours: null,
    ratePerS: null,
    costCap: '250.00',
    currency: 'EUR',
    ...change,
  };
  await insertCampaign(trx, { tenantId, id: campaignId, draft, cloneOf: null, resendOf: null, by, now });
  const stored = await selectCampaign(trx, campaignId);
  if (stored === null) throw new Error('the campaign is not there');
  const contentHash = campaignHash(await selectPlanParts(trx, campaignId), stored);
  const actor = { kind: 'user', id: by } as const;
  const set = { contentHash, submittedBy: by };
  await changeCampaign(trx, { tenantId, campaignId, step: { kind: 'submit' }, actor, now, set });
  return contentHash;
}

async function open({ contentHash, authors, steps }: Approval): Promise<void> {
  key = { tenantId: tenant.id, approvalId: newId<ApprovalId>() };
  await inTenant(async (trx) => {
    const policyId = await insertPolicy(trx, tenant, []);
    await insertApproval(trx, {
      tenantId: tenant.id,
      id: key.approvalId,
      subject: { kind: 'campaign', campaignId },
      contentHash,
      policyId,
      policyVersion: 1,
      steps,
      authors,
      authorsMayVote: false,
      calendarId: null,
      by: tenant.people.elena,
      now,
    });
  });
}
