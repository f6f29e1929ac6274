import { expect, vi } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import type { AdminProfileId, TenantId, UserId } from '../../src/domain/ids.ts';
import { addContacts } from './foreign-contacts.ts';
import { addTalk, endTalk, type ForeignTalk } from './foreign-messages.ts';
import { newId } from '../../src/platform/new-id.ts';
import { type CallAnswer } from './api.ts';
import { insertGroup, insertTemplate } from './campaign-people.ts';
import { demand } from './running-api.ts';
import { inDemoTenant } from './stack-database.ts';
import { imageForm } from './tenant-api.ts';

/** Who of a demo tenant writes, reviews and administers. */
export interface Cast {
  readonly slug: string;
  readonly admin: string;
  readonly editor: string;
  readonly reviewer: string;
}

/** One of everything that a tenant can have, made through the API. */
export interface Belongings {
  readonly cast: Cast;
  /** In what it writes, and in nothing else. */
  readonly mark: string;
  readonly tenantId: string;
  /** A file that was uploaded, and the form that it came with. */
  readonly mediaId: string;
  readonly mediaUrl: string;
  /** Begun, and nothing of it sent. */
  readonly uploadId: string;
  readonly draft: Post;
  readonly inReview: Post;
  /** Sent back with a comment. */
  readonly returned: Post;
  readonly connectionId: string;
  /** Of the admin: a way to a network that has just been begun. */
  readonly authorizationId: string;
  readonly adminProfileId: string;
  readonly policyId: string;
  readonly absenceId: string;
  readonly calendarId: string;
  readonly calendarName: string;
  readonly groupId: string;
  readonly userId: string;
  readonly userName: string;
  /** On the draft, by its editor. */
  readonly commentId: string;
  readonly commentCursor: string;
  /** A contact, a list that it is in, and a file that it came in. */
  readonly authorId: string;
  readonly authorName: string;
  readonly contactGroupId: string;
  readonly contactImportId: string;
  /** What the editor was told. */
  readonly notificationId: string;
  /** A draft, and a group of contacts and a template that campaigns could name. */
  readonly campaign: ForeignCampaign;
  /** With the contact. */
  readonly talk: ForeignTalk;
  /** Of each list, what leads to its second page. */
  readonly cursors: Readonly<Record<ListName, string>>;
}

export interface ForeignCampaign {
  readonly id: string;
  readonly otherId: string;
  readonly name: string;
  readonly contactGroupId: string;
  readonly templateId: string;
}

export interface Post {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly targetId: string;
  readonly approvalId: string | null;
}

const lists = [
  'posts',
  'media',
  'approvals',
  'connections',
  'admin-profiles',
  'groups',
  'users',
  'notifications',
  'business-calendars',
  'approval-policies',
  'absences',
  'campaigns',
  'authors',
  'contact-groups',
  'contact-imports',
  'templates',
] as const;
export type ListName = (typeof lists)[number];

/** The image that every tenant uploads: the same bytes, so that nobody may be given somebody else's. */
export const sameImage = (): Promise<FormData> => imageForm({ width: 640, height: 640, format: 'png' });

export async function makeBelongings(cast: Cast, mark: string): Promise<Belongings> {
  const { admin, editor, reviewer } = cast;
  const me = (await demand(200, '/v1/me', { as: editor })).body;
  const media = await upload(editor, `Vetrina ${mark}`);
  await upload(editor, `Insegna ${mark}`);
  const connections = (await demand(200, '/v1/connections?network=facebook', { as: editor })).body.items;
  const groups = (await demand(200, '/v1/groups', { as: editor })).body.items;
  const connectionId = connections[0].id;
  const authorization = await demand(201, '/v1/connections/authorizations', {
    as: admin,
    method: 'POST',
    json: { network: 'facebook' },
  });
  const calendar = await openOnMondays(admin, `Orario ${mark}`);
  const policyId = await addPolicy(admin, `Revisione ${mark}`);
  const absenceId = (await addAbsences(reviewer, admin))[0] ?? '';
  const write = (kind: string) =>
    post(editor, { text: `${kind} ${mark}`, mediaIds: [media.id], targets: [{ connectionId }] });
  const [draft, first, second] = [await write('Bozza'), await write('In revisione'), await write('Da rivedere')];
  const inReview = await submit(editor, first);
  const returned = await submit(editor, second);
  await demand(200, `/v1/posts/${returned.id}/decisions`, {
    as: reviewer,
    method: 'POST',
    json: { verdict: 'request_changes', comment: `Commento ${mark}` },
  });
  const contacts = await addContacts(editor, mark);
  return {
    cast,
    mark,
    tenantId: me.tenant.id,
    mediaId: media.id,
    mediaUrl: media.urls.original.url,
    uploadId: (await demand(201, '/v1/uploads', { as: editor, method: 'POST', headers: beginning })).body.id,
    draft,
    inReview,
    returned,
    connectionId,
    authorizationId: authorization.body.id,
    adminProfileId: await addAdminProfiles(cast.slug, me.tenant.id, mark),
    policyId,
    absenceId,
    calendarId: calendar.id,
    calendarName: calendar.name,
    groupId: groups[0].id,
    userId: me.user.id,
    userName: me.user.displayName,
    campaign: await draftCampaigns(cast, me.user.id, mark),
    ...contacts,
    talk: await addTalk(cast.slug, { authorId: contacts.authorId, by: me.user.id, mark }),
    ...(await talk(cast, draft, { userId: me.user.id, mark })),
    cursors: await cursorsOf(editor),
  };
}

/** Ends what runs and removes what can be removed. */
export async function clearBelongings(belongings: Belongings) {
  const { cast, draft, inReview, calendarId, policyId, absenceId, campaign, talk } = belongings;
  await demand(200, `/v1/posts/${inReview.id}/cancel`, { as: cast.editor, method: 'POST' });
  await demand(204, `/v1/posts/${draft.id}`, { as: cast.editor, method: 'DELETE', headers: { 'if-match': '*' } });
  for (const id of [campaign.id, campaign.otherId]) {
    await demand(204, `/v1/campaigns/${id}`, { as: cast.editor, method: 'DELETE', headers: { 'if-match': '*' } });
  }
  for (const id of [talk.templateId, talk.otherTemplateId, campaign.templateId]) {
    await demand(204, `/v1/templates/${id}`, { as: cast.editor, method: 'DELETE', headers: { 'if-match': '*' } });
  }
  await endTalk(cast.slug, talk);
  for (const path of [`/v1/approval-policies/${policyId}`, `/v1/absences/${absenceId}`]) {
    await demand(204, path, { as: cast.admin, method: 'DELETE', headers: { 'if-match': '*' } });
  }
  await demand(204, `/v1/business-calendars/${calendarId}`, {
    as: cast.admin,
    method: 'DELETE',
    headers: { 'if-match': '*' },
  });
}

/** Everything that a tenant's admin can see of it, without what is made anew for each reader. */
export async function viewsOf({
  cast,
  draft,
  inReview,
  returned,
  mediaId,
  authorId,
  talk: { threadId },
}: Belongings): Promise<unknown> {
  const pages = lists.map((list) => `/v1/${list}?limit=100`);
  const single = [draft, inReview, returned].map(({ id }) => `/v1/posts/${id}`);
  const said = [`/v1/authors/${authorId}/threads`, `/v1/threads/${threadId}/messages`];
  const answers = await Promise.all(
    [...pages, ...single, ...said, `/v1/media/${mediaId}`, '/v1/me'].map((path) =>
      demand(200, path, { as: cast.admin }),
    ),
  );
  return answers.map(({ body }) => JSON.parse(JSON.stringify(body, withoutAddresses)));
}

/** Signed addresses are new in every answer. */
function withoutAddresses(key: string, value: unknown): unknown {
  return key === 'urls' || key === 'thumbnail' || key === 'picture' ? null : value;
}

const beginning = { 'tus-resumable': '1.0.0', 'upload-length': '1000' };

/** Two drafts of campaigns, of which the first is shown; beside them what they could be sent to and say. */
async function draftCampaigns({ slug, editor }: Cast, userId: string, mark: string): Promise<ForeignCampaign> {
  const make = async (name: string) =>
    (await demand(201, '/v1/campaigns', { as: editor, method: 'POST', json: { name } })).body;
  const { id, name } = await make(`Campagna ${mark}`);
  const other = await make(`Altra campagna ${mark}`);
  const author = { tenantId: demoTenant(slug).id as TenantId, by: userId as UserId };
  const named = await inDemoTenant(slug, async (trx) => ({
    contactGroupId: await insertGroup(trx, author, []),
    templateId: await insertTemplate(trx, author),
  }));
  return { id, otherId: other.id, name, ...named };
}

/** Two comments on a post that mention its editor, and one by the editor. */
async function talk({ admin, editor }: Cast, { id }: Post, { userId, mark }: { userId: string; mark: string }) {
  const path = `/v1/posts/${id}/comments`;
  const say = async (as: string, body: string) =>
    (await demand(201, path, { as, method: 'POST', json: { body } })).body;
  for (const word of ['Prima', 'Poi']) await say(admin, `${word} @[](user:${userId}) ${mark}`);
  const comment = await say(editor, `Dopo ${mark}`);
  const { items } = (await demand(200, '/v1/notifications?unread=true', { as: editor })).body;
  const { nextCursor } = (await demand(200, `${path}?limit=1`, { as: editor })).body;
  return { commentId: comment.id, commentCursor: nextCursor, notificationId: items[0].id };
}

async function upload(as: string, altText: string): Promise<CallAnswer['body']> {
  const form = await sameImage();
  form.set('altText', altText);
  return (await demand(201, '/v1/media', { as, method: 'POST', body: form })).body;
}

async function openOnMondays(as: string, name: string): Promise<CallAnswer['body']> {
  const json = { name, timeZone: 'Europe/Rome', week: { monday: [{ from: '09:00', to: '13:00' }] } };
  return (await demand(201, '/v1/business-calendars', { as, method: 'POST', json })).body;
}

async function addPolicy(as: string, name: string): Promise<string> {
  const json = { name, steps: [{ name, roles: ['reviewer'], rule: { kind: 'any' } }] };
  return (await demand(201, '/v1/approval-policies', { as, method: 'POST', json })).body.id;
}

/** Two people who granted access, as networks tell of them; they stay, under one name after the other. */
function addAdminProfiles(slug: string, tenantId: TenantId, mark: string): Promise<string> {
  const at = new Date();
  const rows = [1, 2].map((number) => ({
    tenant_id: tenantId,
    id: newId<AdminProfileId>(),
    family: 'meta' as const,
    external_id: `${slug} ${number}`,
    name: `Profilo ${number} ${mark}`,
    first_granted_at: at,
    last_granted_at: at,
  }));
  return inDemoTenant(slug, async (trx) => {
    const { id } = await trx
      .insertInto('admin_profile')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'family', 'external_id'])
          .doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
}

/** Two days, in each of which the admin votes for the reviewer; far ahead, so that they touch no other test. */
async function addAbsences(as: string, admin: string): Promise<readonly string[]> {
  const delegateId = (await demand(200, '/v1/me', { as: admin })).body.user.id;
  const day = 32_000 + Math.floor(Math.random() * 100_000);
  const added = [day, day + 1].map(async (number) => {
    const [from, until] = [number, number + 1].map((days) => new Date(days * 86_400_000).toISOString());
    const json = { delegateId, from, until };
    return (await demand(201, '/v1/absences', { as, method: 'POST', json })).body.id;
  });
  return Promise.all(added);
}

async function post(as: string, json: object): Promise<Post> {
  return shown((await demand(201, '/v1/posts', { as, method: 'POST', json })).body);
}

/** Submits it and waits until its approvers have been asked: nothing of it changes by itself from then on. */
async function submit(as: string, { id }: Post): Promise<Post> {
  const post = shown((await demand(200, `/v1/posts/${id}/submit`, { as, method: 'POST' })).body);
  const asked = async () =>
    (await demand(200, `/v1/posts/${id}`, { as })).body.timeline.map(({ code }: { code: string }) => code);
  await vi.waitFor(async () => expect(await asked()).toContain('approval.requested'), { timeout: 10_000 });
  return post;
}

function shown(body: CallAnswer['body']): Post {
  const { id, content, createdAt, targets, approval } = body;
  return { id, text: content.text, createdAt, targetId: targets[0].id, approvalId: approval?.id ?? null };
}

async function cursorsOf(as: string): Promise<Record<ListName, string>> {
  const found = lists.map(async (list) => {
    const { nextCursor } = (await demand(200, `/v1/${list}?limit=1`, { as })).body;
    if (nextCursor === null) throw new Error(`${list} has one page only: its cursor cannot be tried`);
    return [list, nextCursor] as const;
  });
  return Object.fromEntries(await Promise.all(found)) as Record<ListName, string>;
}
