import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { testStack } from '../../dev/stack.ts';
import type { UserId } from '../../src/domain/ids.ts';
import { send } from '../support/api.ts';
import type { PersonName } from '../support/fresh-tenant.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const tenantApi = useTenantApi();
let comments: string;
let postId: string;

beforeEach(async () => {
  const { as } = tenantApi();
  postId = (await as('elena', 'POST', '/v1/posts', { text: 'Apriamo anche di domenica' })).body.id;
  comments = `/v1/posts/${postId}/comments`;
});

describe('a comment', () => {
  it('is seen by colleagues in the order of the talk, and leaves ids in the timeline', async () => {
    const { as } = tenantApi();
    const first = await say('marco', 'Anche la sera?');
    const second = await say('elena', 'Sì.', { replyTo: first.id, revision: 1 });
    const { items } = (await as('irene', 'GET', comments)).body;
    expect(items).toEqual([first, second]);
    expect(second).toMatchObject({ author: { name: 'Elena Conti' }, body: 'Sì.', replyTo: first.id, revision: 1 });
    const { timeline, version } = (await as('elena', 'GET', `/v1/posts/${postId}`)).body;
    expect(timeline.slice(1)).toMatchObject([
      { code: 'comment.created', sentence: 'Marco Galli commented on the post.', data: { commentId: first.id } },
      { code: 'comment.created', sentence: 'Elena Conti answered a comment.', data: { commentId: second.id } },
    ]);
    expect(JSON.stringify(timeline)).not.toContain('Anche la sera');
    expect(version, 'an editor at work is not told that the post has changed').toBe(1);
  });

  it('is listed in pages that a new one does not shift', async () => {
    const { as } = tenantApi();
    for (const body of ['uno', 'due', 'tre']) await say('marco', body);
    const { items, nextCursor } = (await as('elena', 'GET', `${comments}?limit=2`)).body;
    await say('marco', 'quattro');
    const rest = (await as('elena', 'GET', `${comments}?limit=2&cursor=${nextCursor}`)).body;
    expect([...items, ...rest.items].map(({ body }: { body: string }) => body)).toEqual([
      'uno',
      'due',
      'tre',
      'quattro',
    ]);
    expect(rest.nextCursor).toBeNull();
  });

  it.each([
    ['an answer to an answer', async () => ({ replyTo: (await answered()).id }), '/replyTo', 'one_level'],
    ['an answer to nothing', () => ({ replyTo: postId }), '/replyTo', 'exists'],
    ['one on a revision that is not', () => ({ revision: 2 }), '/revision', 'exists'],
  ] as const)('%s is refused', async (_what, extra, pointer, rule) => {
    const { status, body } = await tenantApi().as('marco', 'POST', comments, { body: 'Sì', ...(await extra()) });
    expect([status, body.errors[0].pointer, body.errors[0].rule]).toEqual([422, pointer, rule]);
  });

  it('is changed and deleted by its author only', async () => {
    const { as } = tenantApi();
    const { id } = await say('marco', 'Anche la sera?');
    const change = { headers: { 'if-match': '"1"' } };
    for (const person of ['elena', 'paolo'] as const) {
      expect((await as(person, 'PATCH', `${comments}/${id}`, { body: 'Mai' }, change)).body.type).toBe(
        '/problems/not-the-author',
      );
      expect((await as(person, 'DELETE', `${comments}/${id}`)).body.type).toBe('/problems/not-the-author');
    }
    const edited = await as('marco', 'PATCH', `${comments}/${id}`, { body: 'Anche la mattina?' }, change);
    expect(edited.body).toMatchObject({ body: 'Anche la mattina?', version: 2, editedAt: expect.any(String) });
    expect(edited.headers.get('etag')).toBe('"2"');
    expect((await as('marco', 'PATCH', `${comments}/${id}`, { body: 'No' }, change)).status).toBe(412);
  });

  it('once deleted leaves a stone, to which its answers hold', async () => {
    const { as } = tenantApi();
    const { id } = await say('marco', `Che ne dice ${mention('sara')}?`);
    const reply = await say('elena', 'Chiedo.', { replyTo: id });
    expect((await as('marco', 'DELETE', `${comments}/${id}`)).status).toBe(204);
    expect((await as('marco', 'DELETE', `${comments}/${id}`)).status).toBe(204);
    const { items } = (await as('elena', 'GET', comments)).body;
    expect(items[0]).toMatchObject({ id, body: null, mentions: [], deletedAt: expect.any(String) });
    expect(items[1]).toEqual(reply);
    const again = await as('marco', 'PATCH', `${comments}/${id}`, { body: 'No' }, { headers: { 'if-match': '"2"' } });
    expect(again.body.type).toBe('/problems/comment-deleted');
    const { timeline } = (await as('elena', 'GET', `/v1/posts/${postId}`)).body;
    expect(timeline.filter(({ code }: { code: string }) => code === 'comment.deleted')).toHaveLength(1);
  });

  it('is taken from everybody at once, beside answers, changes and an edit of the post', async () => {
    const { as } = tenantApi();
    const { id } = await say('marco', 'Chi viene?');
    const many = Array.from({ length: 24 }, (_, index) => [
      as('sara', 'POST', comments, { body: `Io ${index}`, replyTo: index % 2 === 0 ? id : null }),
      as('marco', 'PATCH', `${comments}/${id}`, { body: `Chi viene? ${index}` }, { headers: { 'if-match': '*' } }),
      as('elena', 'PATCH', `/v1/posts/${postId}`, { text: `Testo ${index}` }, { headers: { 'if-match': '*' } }),
    ]);
    const statuses = (await Promise.all(many.flat())).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array(48).fill(200), ...Array(24).fill(201)]);
    expect((await as('elena', 'GET', `${comments}?limit=100`)).body.items).toHaveLength(25);
  });

  it('is not for viewers to write, whom it is shown', async () => {
    const { as } = tenantApi();
    expect((await as('irene', 'POST', comments, { body: 'Io' })).body).toMatchObject({ permission: 'post.comment' });
    for (const person of ['elena', 'marco', 'paolo', 'luca'] as const) await say(person, 'Io');
  });

  it('goes with its draft', async () => {
    const { as } = tenantApi();
    await say('marco', `Che ne dice ${mention('sara')}?`, { revision: 1 });
    const gone = await as('elena', 'DELETE', `/v1/posts/${postId}`, undefined, { headers: { 'if-match': '*' } });
    expect(gone.status).toBe(204);
    expect((await as('elena', 'GET', comments)).status).toBe(404);
  });
});

describe('a mention', () => {
  it('is shown by the name that the person has, whatever the author called them', async () => {
    const { as, inTenant, tenant } = tenantApi();
    const said = await say('elena', `Chiedi a ${mention('marco', 'Il Capo')}`);
    expect(said).toMatchObject({
      body: `Chiedi a @[Marco Galli](user:${tenant.people.marco})`,
      mentions: [{ id: tenant.people.marco, name: 'Marco Galli' }],
    });
    const rename = (display_name: string) =>
      inTenant((trx) =>
        trx.updateTable('tenant_member').set({ display_name }).where('user_id', '=', tenant.people.marco).execute(),
      );
    await rename('Marco G.');
    const { items } = (await as('elena', 'GET', comments)).body;
    await rename('Marco Galli');
    expect(items[0].body).toBe(`Chiedi a @[Marco G.](user:${tenant.people.marco})`);
  });

  it('reaches the person once, in the language of the list’s reader', async () => {
    const before = await unread('sara');
    const { id } = await say('elena', `${mention('sara')} e ancora ${mention('sara')}, e io: ${mention('elena')}`);
    const { items } = (await tenantApi().as('sara', 'GET', '/v1/notifications?unread=true')).body;
    expect(await unread('sara')).toBe(before + 1);
    expect(items[0]).toMatchObject({
      kind: 'mentioned',
      subject: { kind: 'post', id: postId },
      actor: { name: 'Elena Conti' },
      sentence: 'Elena Conti ti ha menzionato su «Apriamo anche di domenica»',
      data: { commentId: id },
    });
    expect(await ofPost('elena')).toEqual([]);
  });

  it('that an edit adds is told; one that was there is not told again', async () => {
    const { as } = tenantApi();
    const { id } = await say('elena', `Chiedi a ${mention('sara')}`);
    await as(
      'elena',
      'PATCH',
      `${comments}/${id}`,
      { body: `Chiedi a ${mention('sara')} o a ${mention('marco')}` },
      { headers: { 'if-match': '*' } },
    );
    expect(await ofPost('sara')).toHaveLength(1);
    expect(await ofPost('marco')).toHaveLength(1);
  });

  it.each([
    ['somebody who was removed', (): UserId => tenantApi().tenant.people.bruno],
    ['somebody of another tenant', async () => (await tenantApi().another()).tenant.people.marco],
    ['nobody at all', () => postId as UserId],
  ])('of %s is refused', async (_who, userOf) => {
    const { as, inTenant, tenant } = tenantApi();
    const activate = (active: boolean) =>
      inTenant((trx) =>
        trx.updateTable('tenant_member').set({ active }).where('user_id', '=', tenant.people.bruno).execute(),
      );
    await activate(false);
    const { status, body } = await as('elena', 'POST', comments, { body: `@[X](user:${await userOf()})` });
    await activate(true);
    expect([status, body.errors[0].pointer, body.errors[0].rule]).toEqual([422, '/body', 'mentionable']);
    expect((await as('elena', 'GET', comments)).body.items).toEqual([]);
  });

  it('reaches the person’s mailbox, in their language, with the words of the comment', async () => {
    const { inTenant, tenant } = tenantApi();
    const address = `luca-${postId}@prova.test`;
    await inTenant((trx) =>
      trx
        .updateTable('tenant_member')
        .set({ email: address, locale: 'en' })
        .where('user_id', '=', tenant.people.luca)
        .execute(),
    );
    await say('elena', `${mention('luca')}, <b>guarda</b> qui`);
    const mail = await caught(address);
    expect(mail).toMatchObject({
      subject: 'Elena Conti mentioned you on “Apriamo anche di domenica”',
      to: `"Luca Moretti" <${address}>`,
    });
    expect(mail.text).toContain('Elena Conti wrote:\n> @Luca Moretti, <b>guarda</b> qui');
    expect(mail.html).toContain('@Luca Moretti, &lt;b&gt;guarda&lt;/b&gt; qui');
  });
});

describe('notifications', () => {
  it('are read one by one or all at once, each by its own reader', async () => {
    const { as } = tenantApi();
    for (const body of ['uno', 'due', 'tre']) await say('elena', `${body} ${mention('marco')}`);
    const [first] = (await as('marco', 'GET', '/v1/notifications?unread=true')).body.items;
    const before = await unread('marco');
    expect((await as('sara', 'POST', `/v1/notifications/${first.id}/read`)).status).toBe(404);
    const read = (await as('marco', 'POST', `/v1/notifications/${first.id}/read`)).body;
    expect(read).toEqual({ ...first, readAt: expect.any(String) });
    expect((await as('marco', 'POST', `/v1/notifications/${first.id}/read`)).body).toEqual(read);
    expect(await unread('marco')).toBe(before - 1);
    const others = await unread('sara');
    expect((await as('marco', 'POST', '/v1/notifications/read')).body).toEqual({ read: before - 1 });
    expect([await unread('marco'), await unread('sara')]).toEqual([0, others]);
    expect((await as('marco', 'GET', '/v1/notifications?unread=true')).body.items).toEqual([]);
    expect((await as('marco', 'GET', '/v1/notifications?unread=false')).body.items.length).toBeGreaterThan(2);
  });

  it('come in pages, newest first', async () => {
    const { as } = tenantApi();
    for (const body of ['uno', 'due', 'tre']) await say('elena', `${body} ${mention('paolo')}`);
    const first = (await as('paolo', 'GET', '/v1/notifications?limit=2')).body;
    const second = (await as('paolo', 'GET', `/v1/notifications?limit=2&cursor=${first.nextCursor}`)).body;
    const instants = [...first.items, ...second.items].map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(instants).toEqual(instants.toSorted((a, b) => (a < b ? 1 : -1)));
    expect(first.items).toHaveLength(2);
  });
});

async function say(person: PersonName, body: string, extra: object = {}) {
  const answer = await tenantApi().as(person, 'POST', comments, { body, ...extra });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function answered() {
  const { id } = await say('marco', 'Anche la sera?');
  return say('elena', 'Sì.', { replyTo: id });
}

const mention = (person: PersonName, name = ''): string => `@[${name}](user:${tenantApi().tenant.people[person]})`;

async function unread(person: PersonName): Promise<number> {
  return (await tenantApi().as(person, 'GET', '/v1/notifications?limit=1')).body.unread;
}

async function ofPost(person: PersonName): Promise<unknown[]> {
  const { items } = (await tenantApi().as(person, 'GET', '/v1/notifications?limit=100')).body;
  return items.filter((item: { subject: { id: string } }) => item.subject.id === postId);
}

/** What the stack's own worker has sent to an address, as the mail catcher shows it. */
async function caught(address: string) {
  const web = `http://localhost:${testStack().ports.mailWeb}/messages`;
  for (let tries = 0; tries < 100; tries += 1) {
    const found = (await send(`${web}?to=${encodeURIComponent(address)}`, { as: null })).body;
    if (found.length > 0) return (await send(`${web}/${found[0].id}`, { as: null })).body;
    await pause(100);
  }
  throw new Error('no mail has arrived');
}
