import { beforeEach, expect, test } from 'vitest';
import type { PublishedPage } from '../../src/api/posts/published-posts.ts';
import type { ChangeOutcome } from '../../src/api/posts/published-posts.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { seal } from '../../src/platform/sealing.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

const started = useTenantApi({
  policy: false,
  published: {
    offers: (network) => network !== 'instagram',
    remove: async (page, id) => {
      asked.push({ change: 'remove', page, id });
      return answered();
    },
    edit: async (page, { id, text }) => {
      asked.push({ change: 'edit', page, id, text });
      return answered();
    },
  },
});

/** What the network was asked, and what it answers. */
let asked: { change: 'remove' | 'edit'; page: PublishedPage; id: string; text?: string }[];
let answered: () => Promise<ChangeOutcome>;
let own: TenantApi;
beforeEach(async () => {
  asked = [];
  own = await started().another({ policy: false });
  answered = () => Promise.resolve({ kind: 'done' });
});

const words = { providerStatus: 400, providerCode: '190', providerMessage: 'Session of Elena has expired' };

test('a publication is taken down at the network, and stays as the record of what was public', async () => {
  const post = await publishedPost('facebook');
  const { status, body } = await remove(post);
  expect(status).toBe(200);
  expect(body.targets[0]).toMatchObject({ state: 'published', removedAt: expect.any(String) });
  expect(body.status).toBe('published');
  expect(body.timeline.at(-1)).toMatchObject({
    code: 'target.removed',
    actor: { name: 'Elena Conti' },
    sentence: expect.stringMatching(/^Elena Conti took the post down from /),
  });
  expect(asked).toMatchObject([
    { change: 'remove', id: post.providerPostId, page: { network: 'facebook', accessToken: 'a token' } },
  ]);
  const listed = await as('irene', 'GET', '/v1/posts');
  const [item] = listed.body.items.filter(({ id }: { id: string }) => id === post.id);
  expect(item.targets[0]).toMatchObject({ state: 'published', removed: true });
});

test('taking down what is down is success, and is told once', async () => {
  const post = await publishedPost('facebook');
  const first = await remove(post);
  const again = await remove(post);
  expect([again.status, again.body.targets[0].removedAt]).toEqual([200, first.body.targets[0].removedAt]);
  expect(asked).toHaveLength(1);
  expect(codes(again.body).filter((code) => code === 'target.removed')).toHaveLength(1);
});

test('a text is changed at the network; what was approved stays as it was', async () => {
  const post = await publishedPost('linkedin');
  const before = (await show(post)).body;
  const { status, body, headers } = await edit(post, 'Corretto: aperti fino alle 20');
  expect(status).toBe(200);
  expect(body.targets[0]).toMatchObject({ editedAt: expect.any(String), editedText: 'Corretto: aperti fino alle 20' });
  expect([body.content, body.revision, body.contentHash]).toEqual([
    before.content,
    before.revision,
    before.contentHash,
  ]);
  expect(headers.get('etag')).not.toBe(`"${before.version}"`);
  expect(body.timeline.at(-1)).toMatchObject({ code: 'target.edited', data: { revision: 2 } });
  expect(asked).toMatchObject([{ change: 'edit', text: 'Corretto: aperti fino alle 20', id: post.providerPostId }]);
  expect(await revisions(post)).toEqual([
    [1, null],
    [2, 'Corretto: aperti fino alle 20'],
  ]);
});

test('each text is a revision of its own; the same one again is not', async () => {
  const post = await publishedPost('facebook');
  for (const text of ['Uno', 'Due', 'Due', post.text]) expect((await edit(post, text)).status).toBe(200);
  expect(await revisions(post)).toEqual([
    [1, null],
    [2, 'Uno'],
    [3, 'Due'],
    [4, post.text],
  ]);
  expect((await show(post)).body.targets[0].editedText).toBe(post.text);
});

test('what a text may be is told before the network is asked', async () => {
  const post = await publishedPost('linkedin');
  const { status, body } = await edit(post, 'a'.repeat(3_001));
  expect([status, body.type]).toEqual([422, '/problems/invalid']);
  expect(body.errors).toMatchObject([{ pointer: '/text', rule: 'max_text_length', limit: 3_000, value: 3_001 }]);
  expect(asked).toEqual([]);
});

test('an edit says what it edits', async () => {
  const post = await publishedPost('facebook');
  const path = pathOf(post);
  expect((await as('elena', 'PATCH', path, { text: 'Nuovo' })).status).toBe(428);
  const stale = await as('elena', 'PATCH', path, { text: 'Nuovo' }, { headers: { 'if-match': '"999"' } });
  expect(stale.status).toBe(412);
  expect(asked).toEqual([]);
});

test('a network that offers it to nobody is not asked', async () => {
  const post = await publishedPost('instagram');
  for (const answer of [await remove(post), await edit(post, 'Nuovo')]) {
    expect([answer.status, answer.body.type, answer.body.network]).toEqual([409, '/problems/not-offered', 'instagram']);
    expect(answer.body.detail).toMatch(/^Instagram lets no program (remove|edit) what is published\.$/);
  }
  expect(asked).toEqual([]);
});

test('only what is published can be changed, and nothing that was taken down', async () => {
  const draft = await draftedPost('facebook');
  for (const answer of [await remove(draft), await edit(draft, 'Nuovo')]) {
    expect([answer.status, answer.body.type, answer.body.state]).toEqual([409, '/problems/not-published', 'waiting']);
  }
  const gone = await publishedPost('facebook');
  const { body } = await remove(gone);
  const edited = await edit(gone, 'Nuovo');
  expect([edited.status, edited.body.type, edited.body.at]).toEqual([
    409,
    '/problems/already-removed',
    body.targets[0].removedAt,
  ]);
});

test('when the network does not answer the row stays as it is, and repeating brings both together', async () => {
  const post = await publishedPost('facebook');
  answered = () => Promise.resolve({ kind: 'trouble', retryAfterMs: 30_000, ...words });
  for (const answer of [await remove(post), await edit(post, 'Nuovo')]) {
    expect([answer.status, answer.body.type]).toEqual([503, '/problems/network-unavailable']);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(JSON.stringify(answer.body)).not.toContain('Elena');
  }
  expect((await show(post)).body.targets[0]).toMatchObject({ removedAt: null, editedAt: null });
  answered = () => Promise.resolve({ kind: 'done' });
  expect((await edit(post, 'Nuovo')).body.targets[0].editedText).toBe('Nuovo');
  expect((await remove(post)).body.targets[0].removedAt).not.toBeNull();
});

test('a network that refuses the change for good says why, as a code', async () => {
  const post = await publishedPost('facebook');
  answered = () => Promise.resolve({ kind: 'refused', refusal: { code: 'policy', providerCode: '368' } });
  const { status, body } = await edit(post, 'Nuovo');
  expect([status, body.type, body.code, body.providerCode]).toEqual([422, '/problems/change-refused', 'policy', '368']);
});

test('a token that is refused breaks the connection, and says so', async () => {
  const post = await publishedPost('facebook');
  answered = () => Promise.resolve({ kind: 'grant_refused', problem: 'gone', missing: [], lapsed: false, ...words });
  const { status, body } = await remove(post);
  expect([status, body.type, body.state]).toEqual([409, '/problems/connection-broken', 'expired']);
  const connection = await as('irene', 'GET', `/v1/connections/${post.connectionId}`);
  expect(connection.body).toMatchObject({ state: 'expired', lastError: { code: 'grant_gone' } });
});

test('a permission that the network names as it refuses is the one that is missing', async () => {
  const post = await publishedPost('facebook');
  const missing = ['pages_read_engagement'];
  answered = () => Promise.resolve({ kind: 'grant_refused', problem: 'permission', missing, lapsed: false, ...words });
  expect((await edit(post, 'Nuovo')).body.state).toBe('refresh_required');
  const connection = await as('irene', 'GET', `/v1/connections/${post.connectionId}`);
  expect(connection.body.missingScopes).toMatchObject([{ scope: 'pages_read_engagement' }]);
});

test('a page without a token cannot be asked', async () => {
  const post = await publishedPost('facebook', { token: false });
  expect(await remove(post)).toMatchObject({ status: 409, body: { type: '/problems/connection-broken' } });
  expect(asked).toEqual([]);
});

test('two people who change the same publication do so one after the other, or are told to wait', async () => {
  const post = await publishedPost('facebook');
  const [reached, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  answered = async () => {
    reached.resolve();
    await mayAnswer.promise;
    return { kind: 'done' };
  };
  const first = edit(post, 'Il primo');
  await reached.promise;
  for (const answer of [await edit(post, 'Il secondo'), await remove(post)]) {
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/change-under-way']);
  }
  mayAnswer.resolve();
  expect((await first).body.targets[0].editedText).toBe('Il primo');
  expect((await edit(post, 'Il secondo')).body.targets[0].editedText).toBe('Il secondo');
  expect(asked.map(({ text }) => text)).toEqual(['Il primo', 'Il secondo']);
});

test('a change whose process died is taken over once its lease has run out', async () => {
  const post = await publishedPost('facebook');
  const lease = (until: number) =>
    own.inTenant((trx) =>
      trx
        .updateTable('post_target')
        .set({ changing_until: new Date(Date.now() + until) })
        .where('id', '=', post.targetId as never)
        .execute(),
    );
  await lease(60_000);
  expect((await remove(post)).body.type).toBe('/problems/change-under-way');
  await lease(-1);
  expect((await remove(post)).status).toBe(200);
});

test('two targets of one post are changed side by side, each with its own text', async () => {
  const post = await publishedPost('facebook', { also: 'linkedin' });
  const body = (await show(post)).body;
  const answers = await Promise.all(
    body.targets.map((target: { id: string; connection: { network: string } }) =>
      edit({ ...post, targetId: target.id }, `Per ${target.connection.network}`),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const shown = (await show(post)).body.targets;
  expect(shown.map(({ editedText }: { editedText: string }) => editedText)).toEqual(['Per facebook', 'Per linkedin']);
});

test('it takes the permission to publish', async () => {
  const post = await publishedPost('facebook');
  for (const person of ['irene', 'marco', 'luca'] as const) {
    const answers = [
      await as(person, 'DELETE', pathOf(post)),
      await as(person, 'PATCH', pathOf(post), { text: 'Nuovo' }, { headers: { 'if-match': '*' } }),
    ];
    for (const { status, body } of answers) expect([status, body.permission]).toEqual([403, 'post.publish']);
  }
});

interface Post {
  readonly id: string;
  readonly text: string;
  readonly targetId: string;
  readonly connectionId: string;
  readonly providerPostId: string;
}

const as: TenantApi['as'] = (...call) => own.as(...call);
const pathOf = ({ id, targetId }: Post) => `/v1/posts/${id}/targets/${targetId}/publication`;
const show = ({ id }: Post) => as('elena', 'GET', `/v1/posts/${id}`);
const remove = (post: Post) => as('elena', 'DELETE', pathOf(post));
const edit = (post: Post, text: string) =>
  as('elena', 'PATCH', pathOf(post), { text }, { headers: { 'if-match': '*' } });
const codes = (body: { timeline: { code: string }[] }) => body.timeline.map(({ code }) => code);

/** The revisions of a post: their numbers, and what each says to the first page alone. */
function revisions({ id }: Post): Promise<[number, string | null][]> {
  return own.inTenant(async (trx) => {
    const rows = await trx
      .selectFrom('post_revision')
      .select(['number', 'content'])
      .where('post_id', '=', id as never)
      .orderBy('number')
      .execute();
    return rows.map(({ number, content }) => [number, content.targets[0]?.text ?? null]);
  });
}

async function draftedPost(on: PublishingNetwork, also?: PublishingNetwork): Promise<Post> {
  const { pages } = own.tenant;
  const connectionId = pages[on];
  const text = 'Aperti fino alle 22';
  const targets = [on, ...(also === undefined ? [] : [also])].map((network) => ({ connectionId: pages[network] }));
  const { body } = await as('elena', 'POST', '/v1/posts', { text, targets });
  return { id: body.id, text, targetId: body.targets[0].id, connectionId, providerPostId: `${body.id}_1` };
}

/** A post as its process leaves it, with a token for each of its pages. */
async function publishedPost(
  on: PublishingNetwork,
  { also, token = true }: { also?: PublishingNetwork; token?: boolean } = {},
): Promise<Post> {
  const { api, inTenant, tenant } = own;
  const post = await draftedPost(on, also);
  const now = new Date();
  await inTenant(async (trx) => {
    await trx
      .updateTable('post_target')
      .set((eb) => ({
        state: 'published',
        published_at: now,
        provider_post_id: eb.cast<string>(eb.val(post.providerPostId), 'text'),
      }))
      .where('post_id', '=', post.id as never)
      .execute();
    await trx
      .updateTable('post')
      .set({ status: 'published', published_at: now })
      .where('id', '=', post.id as never)
      .execute();
    if (!token) return;
    const { newest } = await tenantKeys(trx, tenant.id, api.config.masterKeys, now);
    for (const connectionId of Object.values(tenant.pages)) {
      const sealed = seal(newest, tokenContext({ tenantId: tenant.id, connectionId }), 'a token');
      await trx
        .insertInto('connection_secret')
        .values({
          tenant_id: tenant.id,
          connection_id: connectionId,
          access_token: sealed,
          refresh_token: null,
          expires_at: null,
        })
        .execute();
    }
  });
  return post;
}
