import { beforeEach, describe, expect, it } from 'vitest';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';

const tenantApi = useTenantApi();
const anyVersion = { headers: { 'if-match': '*' } };
const slot = new Date(Date.now() + 30 * 86_400_000).toISOString();
let path: string;

beforeEach(async () => {
  const { as, tenant } = tenantApi();
  const targets = [
    { connectionId: tenant.pages.facebook },
    { connectionId: tenant.pages.linkedin, text: 'Da lunedì.' },
  ];
  const { body } = await as('elena', 'POST', '/v1/posts', { text: 'Apriamo di domenica', targets });
  path = `/v1/posts/${body.id}`;
});

describe('the revisions of a post', () => {
  it('say who wrote what, and what was decided on which', async () => {
    const { as } = tenantApi();
    await as('elena', 'POST', `${path}/submit`);
    await as('marco', 'POST', `${path}/decisions`, { verdict: 'request_changes', comment: 'Di sabato.' });
    await edit({ text: 'Apriamo di sabato' }, 'bruno');
    await as('bruno', 'POST', `${path}/submit`);
    await as('sara', 'POST', `${path}/decisions`, { verdict: 'approve' });

    const { items, nextCursor } = (await as('irene', 'GET', `${path}/revisions`)).body;
    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      {
        number: 2,
        current: true,
        author: { name: 'Bruno Riva' },
        content: { text: 'Apriamo di sabato' },
        approvals: [{ outcome: 'approved', openedBy: { name: 'Bruno Riva' }, settledBy: { name: 'Sara Fontana' } }],
        votes: [{ by: { name: 'Sara Fontana' }, verdict: 'approve', step: 'review' }],
      },
      {
        number: 1,
        current: false,
        author: { name: 'Elena Conti' },
        content: { text: 'Apriamo di domenica' },
        approvals: [{ outcome: 'changes_requested' }],
        votes: [{ by: { name: 'Marco Galli' }, verdict: 'request_changes' }],
      },
    ]);
    expect((await as('irene', 'GET', `${path}/revisions/1`)).body).toEqual(items[1]);
  });

  it('come in pages, newest first, and each by its number', async () => {
    const { as } = tenantApi();
    for (const text of ['due', 'tre']) await edit({ text });
    const first = (await as('elena', 'GET', `${path}/revisions?limit=2`)).body;
    const second = (await as('elena', 'GET', `${path}/revisions?limit=2&cursor=${first.nextCursor}`)).body;
    const numbers = [...first.items, ...second.items].map(({ number }: { number: number }) => number);
    expect(numbers).toEqual([3, 2, 1]);
    expect((await as('elena', 'GET', `${path}/revisions/4`)).status).toBe(404);
    for (const wrong of ['0', 'x', '1.5', '99999999999']) {
      expect((await as('elena', 'GET', `${path}/revisions/${wrong}`)).status, wrong).toBe(400);
    }
  });
});

it('edits that come at once wait for each other: each is a revision, and none is told that the post is not there', async () => {
  const { as } = tenantApi();
  const texts = Array.from({ length: 12 }, (_, index) => `Testo ${index}`);
  await Promise.all(texts.map((text) => edit({ text })));
  const { items } = (await as('elena', 'GET', `${path}/revisions?limit=100`)).body;
  expect(items.map(({ number }: { number: number }) => number)).toEqual(Array.from({ length: 13 }, (_, i) => 13 - i));
  expect(items.map(({ content }: { content: { text: string } }) => content.text)).toEqual(
    expect.arrayContaining(texts),
  );
});

describe('the difference of two revisions', () => {
  it('tells texts word by word, of the post and of each variant, and what else changed', async () => {
    const { as, tenant } = tenantApi();
    const image = await uploadImage(tenantApi());
    await edit({
      text: 'Apriamo di sabato',
      mediaIds: [image],
      targets: [{ connectionId: tenant.pages.linkedin, text: 'Da martedì.' }, { connectionId: tenant.pages.instagram }],
    });
    const { body } = await as('marco', 'GET', `${path}/revisions/difference?from=1&to=2`);
    expect(body).toMatchObject({
      from: { revision: 1 },
      to: { revision: 2 },
      identical: false,
      text: [
        { kind: 'same', text: 'Apriamo di ' },
        { kind: 'removed', text: 'domenica' },
        { kind: 'added', text: 'sabato' },
      ],
      media: { added: [image], removed: [], reordered: false },
      link: null,
      targets: {
        added: [{ id: tenant.pages.instagram, network: 'instagram' }],
        removed: [{ id: tenant.pages.facebook }],
        changed: [
          {
            connection: { id: tenant.pages.linkedin },
            text: [
              { text: 'Da ' },
              { kind: 'removed', text: 'lunedì' },
              { kind: 'added', text: 'martedì' },
              { text: '.' },
            ],
            media: null,
            format: null,
          },
        ],
      },
    });
    const back = (await as('marco', 'GET', `${path}/revisions/difference?from=2&to=1`)).body;
    expect(back.targets).toMatchObject({ added: [{ id: tenant.pages.facebook }] });
  });

  it('with itself is none, and with what is not there is 404', async () => {
    const { as } = tenantApi();
    const { body } = await as('elena', 'GET', `${path}/revisions/difference?from=1&to=1`);
    expect(body).toMatchObject({ identical: true, media: null, targets: { added: [], removed: [], changed: [] } });
    expect(body.text).toEqual([{ kind: 'same', text: 'Apriamo di domenica' }]);
    expect((await as('elena', 'GET', `${path}/revisions/difference?from=1&to=2`)).status).toBe(404);
    expect((await as('elena', 'GET', `${path}/revisions/difference?from=1`)).status).toBe(400);
  });
});

describe('restoring a revision', () => {
  it('is a new revision that says what the old one said: a vote on either was on the same', async () => {
    const { as } = tenantApi();
    await edit({ text: 'due', scheduledAt: slot });
    const { status, body, headers } = await as('bruno', 'POST', `${path}/revisions/1/restore`, undefined, {
      headers: { 'if-match': '"2"' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ revision: 3, version: 3, content: { text: 'Apriamo di domenica' } });
    expect(body.scheduledAt).toBe(slot);
    expect(headers.get('etag')).toBe('"3"');
    expect(body.timeline.at(-1)).toMatchObject({ code: 'post.edited', data: { revision: 3, restored: 1 } });
    const difference = await as('bruno', 'GET', `${path}/revisions/difference?from=1&to=3`);
    expect(difference.body.identical).toBe(true);
  });

  it('asks for the version that was read, and for a post that may be edited', async () => {
    const { as } = tenantApi();
    await edit({ text: 'due' });
    expect((await as('bruno', 'POST', `${path}/revisions/1/restore`)).status).toBe(428);
    const stale = await as('bruno', 'POST', `${path}/revisions/1/restore`, undefined, {
      headers: { 'if-match': '"1"' },
    });
    expect(stale.status).toBe(412);
    await as('elena', 'POST', `${path}/submit`);
    const { body } = await as('bruno', 'POST', `${path}/revisions/1/restore`, undefined, anyVersion);
    expect(body).toMatchObject({ type: '/problems/wrong-state', state: 'in_review' });
  });

  it('of the current one changes nothing', async () => {
    const { body } = await tenantApi().as('bruno', 'POST', `${path}/revisions/1/restore`, undefined, anyVersion);
    expect(body).toMatchObject({ revision: 1, version: 1 });
  });
});

describe('duplicating a post', () => {
  it('makes a draft that says the same, without its time, and is told on both', async () => {
    const { as } = tenantApi();
    await edit({ scheduledAt: slot });
    const before = (await as('elena', 'GET', path)).body;
    const { status, body, headers } = await as('bruno', 'POST', `${path}/duplicate`);
    expect(status).toBe(201);
    expect(body.leftOut).toEqual([]);
    expect(body.post).toMatchObject({
      status: 'draft',
      revision: 1,
      scheduledAt: null,
      author: { name: 'Bruno Riva' },
    });
    expect(body.post.content).toEqual(before.content);
    expect(body.post.contentHash).toBe(before.contentHash);
    expect(headers.get('location')).toBe(`/v1/posts/${body.post.id}`);
    expect(body.post.timeline).toMatchObject([
      { code: 'post.created' },
      {
        code: 'post.duplicated',
        sentence: 'Bruno Riva made this draft from another post.',
        data: { sourceId: before.id },
      },
    ]);
    const after = (await as('elena', 'GET', path)).body;
    expect(after.timeline.at(-1)).toMatchObject({
      code: 'post.duplicated',
      sentence: 'Bruno Riva copied the post to a new draft.',
      data: { copyId: body.post.id },
    });
    expect(after.version).toBe(before.version);
  });

  it('works in any state, and leaves out the connections that are gone, by name', async () => {
    const { as, inTenant, tenant } = tenantApi();
    await as('elena', 'POST', `${path}/submit`);
    const setState = (state: 'connected' | 'disconnected') =>
      inTenant((trx) => trx.updateTable('connection').set({ state }).where('id', '=', tenant.pages.facebook).execute());
    await setState('disconnected');
    const { body } = await as('elena', 'POST', `${path}/duplicate`);
    await setState('connected');
    expect(body.leftOut).toEqual([
      { id: tenant.pages.facebook, name: 'facebook page', network: 'facebook', state: 'disconnected' },
    ]);
    expect(body.post.content.targets).toMatchObject([{ connectionId: tenant.pages.linkedin, text: 'Da lunedì.' }]);
    expect(body.post.targets).toHaveLength(1);
  });
});

async function edit(json: object, person: 'elena' | 'bruno' = 'elena'): Promise<void> {
  const { status, body } = await tenantApi().as(person, 'PATCH', path, json, anyVersion);
  expect(status, JSON.stringify(body)).toBe(200);
}
