import { type CallAnswer } from './api.ts';
import { demand } from './running-api.ts';
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
  readonly tenantId: string;
  /** A file that was uploaded, and the form that it came with. */
  readonly mediaId: string;
  readonly mediaUrl: string;
  readonly draft: Post;
  readonly inReview: Post;
  /** Sent back with a comment. */
  readonly returned: Post;
  readonly connectionId: string;
  readonly calendarId: string;
  readonly calendarName: string;
  readonly groupId: string;
  readonly userId: string;
  readonly userName: string;
  /** Of each list, what leads to its second page. */
  readonly cursors: Readonly<Record<ListName, string>>;
}

export interface Post {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly targetId: string;
  readonly approvalId: string | null;
}

const lists = ['posts', 'media', 'approvals', 'connections', 'groups', 'users', 'business-calendars'] as const;
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
  const calendar = await openOnMondays(admin, `Orario ${mark}`);
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
  return {
    cast,
    tenantId: me.tenant.id,
    mediaId: media.id,
    mediaUrl: media.urls.original.url,
    draft,
    inReview,
    returned,
    connectionId,
    calendarId: calendar.id,
    calendarName: calendar.name,
    groupId: groups[0].id,
    userId: me.user.id,
    userName: me.user.displayName,
    cursors: await cursorsOf(editor),
  };
}

/** Ends what runs and removes what can be removed. */
export async function clearBelongings({ cast, draft, inReview, calendarId }: Belongings): Promise<void> {
  await demand(200, `/v1/posts/${inReview.id}/cancel`, { as: cast.editor, method: 'POST' });
  await demand(204, `/v1/posts/${draft.id}`, { as: cast.editor, method: 'DELETE', headers: { 'if-match': '*' } });
  await demand(204, `/v1/business-calendars/${calendarId}`, {
    as: cast.admin,
    method: 'DELETE',
    headers: { 'if-match': '*' },
  });
}

/** Everything that a tenant's admin can see of it, without what is made anew for each reader. */
export async function viewsOf({ cast, draft, inReview, returned, mediaId }: Belongings): Promise<unknown> {
  const pages = lists.map((list) => `/v1/${list}?limit=100`);
  const single = [draft, inReview, returned].map(({ id }) => `/v1/posts/${id}`);
  const answers = await Promise.all(
    [...pages, ...single, `/v1/media/${mediaId}`, '/v1/me'].map((path) => demand(200, path, { as: cast.admin })),
  );
  return answers.map(({ body }) => ({ ...body, urls: null }));
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

async function post(as: string, json: object): Promise<Post> {
  return shown((await demand(201, '/v1/posts', { as, method: 'POST', json })).body);
}

async function submit(as: string, { id }: Post): Promise<Post> {
  return shown((await demand(200, `/v1/posts/${id}/submit`, { as, method: 'POST' })).body);
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
