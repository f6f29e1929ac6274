import { describe, expect, it } from 'vitest';
import { insertPage } from '../support/fresh-tenant.ts';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('a draft', () => {
  it('may be unfinished: saving says what the networks would refuse, and refuses nothing', async () => {
    const { as, tenant } = tenantApi();
    const { status, body, headers } = await as('elena', 'POST', '/v1/posts', {
      text: 'x'.repeat(2_201),
      targets: [{ connectionId: tenant.pages.instagram }, { connectionId: tenant.pages.facebook }],
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/posts/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({ status: 'draft', revision: 1, version: 1, author: { name: 'Elena Conti' } });
    expect(body.violations).toEqual([
      {
        target: tenant.pages.instagram,
        field: 'text',
        mediaId: null,
        rule: 'max_text_length',
        limit: 2_200,
        value: 2_201,
        message: expect.stringContaining('2201'),
      },
      expect.objectContaining({ target: tenant.pages.instagram, field: 'mediaIds', rule: 'min_media', limit: 1 }),
    ]);
  });

  it('with nothing in it says that it goes nowhere', async () => {
    const { body } = await tenantApi().as('elena', 'POST', '/v1/posts', {});
    expect(body.violations).toEqual([expect.objectContaining({ target: null, field: 'targets', rule: 'required' })]);
    expect(body.timeline).toEqual([
      expect.objectContaining({ code: 'post.created', sentence: 'Elena Conti wrote the draft.' }),
    ]);
  });

  it('is judged per connection by the text and media that go there', async () => {
    const { as, tenant } = tenantApi();
    const image = await uploadImage(tenantApi());
    const { body } = await as('elena', 'POST', '/v1/posts', {
      text: 'x'.repeat(3_100),
      mediaIds: [image],
      targets: [
        { connectionId: tenant.pages.linkedin },
        { connectionId: tenant.pages.instagram, text: 'Short' },
        { connectionId: tenant.pages.facebook, mediaIds: [] },
      ],
    });
    expect(body.violations).toEqual([
      expect.objectContaining({ target: tenant.pages.linkedin, rule: 'max_text_length', limit: 3_000, value: 3_100 }),
    ]);
  });

  it('names by pointer what the tenant does not have', async () => {
    const { as, tenant, another } = tenantApi();
    const other = await another();
    const { status, body } = await as('elena', 'POST', '/v1/posts', {
      mediaIds: [other.tenant.pages.facebook],
      targets: [
        { connectionId: tenant.pages.facebook },
        { connectionId: other.tenant.pages.facebook, mediaIds: [tenant.pages.linkedin] },
      ],
    });
    expect(status).toBe(422);
    expect(body.type).toBe('/problems/invalid');
    expect(body.errors.map((error: { pointer: string; rule: string }) => [error.pointer, error.rule])).toEqual([
      ['/mediaIds/0', 'exists'],
      ['/targets/1/mediaIds/0', 'exists'],
      ['/targets/1/connectionId', 'exists'],
    ]);
  });

  it('goes to each connection at most once', async () => {
    const { as, tenant } = tenantApi();
    const target = { connectionId: tenant.pages.facebook };
    const { status, body } = await as('elena', 'POST', '/v1/posts', { targets: [target, target] });
    expect([status, body.errors[0]]).toEqual([422, expect.objectContaining({ pointer: '/targets', rule: 'unique' })]);
  });

  it.each([
    ['2026-12-01T09:30:00', 400],
    ['tomorrow', 400],
    ['2020-01-01T09:30:00+01:00', 422],
    ['2199-01-01T09:30:00+01:00', 422],
  ])('is not planned for %s: %i', async (scheduledAt, expected) => {
    const { status, body } = await tenantApi().as('elena', 'POST', '/v1/posts', { scheduledAt });
    expect([status, body.errors[0].pointer]).toEqual([expected, '/scheduledAt']);
  });

  it('keeps the planned instant, whatever offset it came with', async () => {
    const { body } = await tenantApi().as('elena', 'POST', '/v1/posts', { scheduledAt: '2030-12-01T09:30:00+01:00' });
    expect(body.scheduledAt).toBe('2030-12-01T08:30:00.000Z');
  });

  it.each(['irene', 'marco', 'luca'] as const)('is not written by %s, who may not write posts', async (person) => {
    const { status, body } = await tenantApi().as(person, 'POST', '/v1/posts', {});
    expect([status, body.permission]).toEqual([403, 'post.write']);
  });
});

describe('editing a draft', () => {
  it('makes a new revision of changed content, and none of content that stays the same', async () => {
    const targets = [{ connectionId: tenantApi().tenant.pages.facebook }];
    const draft = await write({ text: 'Buon Natale', targets });
    const edited = await edit(draft, { text: 'Buone feste' });
    expect(edited.body).toMatchObject({ revision: 2, version: 2, content: { text: 'Buone feste' } });
    expect(edited.body.contentHash).not.toBe(draft.contentHash);
    const again = await edit(edited.body, { text: 'Buone feste' });
    expect(again.body).toMatchObject({ revision: 2, version: 2 });
    expect(again.headers.get('etag')).toBe('"2"');
  });

  it('leaves what the request does not name as it is', async () => {
    const { tenant } = tenantApi();
    const draft = await write({ text: 'Testo', targets: [{ connectionId: tenant.pages.facebook }] });
    const { body } = await edit(draft, { scheduledAt: '2031-01-01T10:00:00Z' });
    expect(body).toMatchObject({ revision: 1, content: { text: 'Testo' }, scheduledAt: '2031-01-01T10:00:00.000Z' });
    expect((await edit(body, { scheduledAt: null })).body.scheduledAt).toBeNull();
  });

  it('keeps its targets in step, and those that stay keep their ids', async () => {
    const { tenant } = tenantApi();
    const { facebook, linkedin, instagram } = tenant.pages;
    const draft = await write({ targets: [{ connectionId: facebook }, { connectionId: linkedin }] });
    const { body } = await edit(draft, { targets: [{ connectionId: instagram }, { connectionId: linkedin }] });
    const connections = body.targets.map((target: TargetView) => target.connection.id);
    expect(connections).toEqual([instagram, linkedin]);
    expect(body.targets[1].id).toBe(draft.targets[1]?.id);
  });

  it('demands the version that it changes', async () => {
    const draft = await write({});
    const { as } = tenantApi();
    expect((await as('elena', 'PATCH', `/v1/posts/${draft.id}`, { text: 'x' })).status).toBe(428);
    const stale = await edit({ ...draft, version: 7 }, { text: 'x' });
    expect([stale.status, stale.body.currentVersion]).toEqual([412, 1]);
  });

  it('is possible for a colleague, who becomes one of its authors', async () => {
    const draft = await write({ text: 'Bozza' });
    const { status, body } = await edit(draft, { text: 'Meglio' }, 'bruno');
    expect(status).toBe(200);
    expect(body.timeline.at(-1)).toMatchObject({ code: 'post.edited', actor: { name: 'Bruno Riva' } });
    expect(body.author.name).toBe('Elena Conti');
  });
});

describe('deleting', () => {
  it('takes a draft away for good', async () => {
    const { as } = tenantApi();
    const draft = await write({ text: 'Weg' });
    expect((await remove(draft)).status).toBe(204);
    expect((await as('elena', 'GET', `/v1/posts/${draft.id}`)).status).toBe(404);
    expect((await remove(draft)).status).toBe(404);
  });

  it('is refused for a post that was submitted', async () => {
    const { as, tenant } = tenantApi();
    const draft = await write({ text: 'Eingereicht', targets: [{ connectionId: tenant.pages.facebook }] });
    const { body } = await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect(await remove(body)).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
  });

  it('demands the version', async () => {
    const draft = await write({});
    expect((await tenantApi().as('elena', 'DELETE', `/v1/posts/${draft.id}`)).status).toBe(428);
    expect((await remove({ ...draft, version: 3 })).status).toBe(412);
  });
});

describe('reading a post', () => {
  it('tells another tenant nothing, not even that it exists', async () => {
    const draft = await write({ text: 'Geheim' });
    const other = await tenantApi().another();
    expect((await other.as('elena', 'GET', `/v1/posts/${draft.id}`)).status).toBe(404);
  });

  it('shows the link to its run to the vendor’s operators only', async () => {
    const { as, asOperator, tenant } = tenantApi();
    const draft = await write({ text: 'Lauf', targets: [{ connectionId: tenant.pages.facebook }] });
    expect((await asOperator('irene', 'GET', `/v1/posts/${draft.id}`)).body.run).toBeNull();
    await as('elena', 'POST', `/v1/posts/${draft.id}/submit`);
    expect((await as('elena', 'GET', `/v1/posts/${draft.id}`)).body.run).toBeNull();
    const { run } = (await asOperator('irene', 'GET', `/v1/posts/${draft.id}`)).body;
    expect(run.workflowId).toBe(`tenant/${tenant.id}/post/${draft.id}/1`);
    expect(run.url).toContain(encodeURIComponent(run.workflowId));
  });

  it('shows the state of the pages that it goes to', async () => {
    const { inTenant, tenant } = tenantApi();
    const gone = await inTenant((trx) => insertPage(trx, tenant, { network: 'facebook', state: 'expired' }));
    const draft = await write({ targets: [{ connectionId: gone }] });
    expect(draft.targets[0]).toMatchObject({
      state: 'waiting',
      reason: null,
      permalink: null,
      connection: { id: gone, network: 'facebook', state: 'expired' },
    });
  });
});

interface TargetView {
  readonly id: string;
  readonly connection: { readonly id: string };
}

interface PostView {
  readonly id: string;
  readonly version: number;
  readonly contentHash: string;
  readonly targets: readonly TargetView[];
}

const tenantApi = useTenantApi();

async function write(body: object): Promise<PostView> {
  const answer = await tenantApi().as('elena', 'POST', '/v1/posts', body);
  expect(answer.status).toBe(201);
  return answer.body;
}

function edit({ id, version }: PostView, body: object, person: 'elena' | 'bruno' = 'elena') {
  return tenantApi().as(person, 'PATCH', `/v1/posts/${id}`, body, { headers: { 'if-match': `"${version}"` } });
}

function remove({ id, version }: PostView) {
  return tenantApi().as('elena', 'DELETE', `/v1/posts/${id}`, undefined, { headers: { 'if-match': `"${version}"` } });
}
