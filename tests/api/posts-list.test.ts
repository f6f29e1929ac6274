import { beforeAll, describe, expect, it } from 'vitest';
import type { PostId } from '../../src/domain/ids.ts';
import { type TenantApi, uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('the list of posts', () => {
  it('is newest first, and shows what a list needs', async () => {
    const { items } = await list('');
    expect(items.map(({ excerpt }) => excerpt)).toEqual([...texts].toReversed());
    expect(items[0]).toMatchObject({
      status: 'draft',
      version: 1,
      attention: false,
      missedSlot: false,
      author: { name: 'Bruno Riva' },
      mediaIds: [],
      firstMediaKind: null,
      targets: [{ connectionName: 'linkedin page', network: 'linkedin', state: 'waiting', permalink: null }],
      scheduledAt: null,
    });
  });

  it('tells of each post what the first of its media is, as the post itself does', async () => {
    const own = await tenantApi().another();
    const image = await uploadImage(own);
    const { body } = await own.as('elena', 'POST', '/v1/posts', { text: 'Con foto', mediaIds: [image] });
    const { items } = (await own.as('irene', 'GET', '/v1/posts')).body;
    expect([items[0].mediaIds, items[0].firstMediaKind, body.firstMediaKind]).toEqual([[image], 'image', 'image']);
  });

  it('goes on where it was, whatever is added meanwhile', async () => {
    const own = await tenantApi().another();
    const ids = [];
    for (const text of ['1', '2', '3']) ids.unshift((await own.as('elena', 'POST', '/v1/posts', { text })).body.id);
    const first = (await own.as('irene', 'GET', '/v1/posts?limit=2')).body;
    await own.as('elena', 'POST', '/v1/posts', { text: 'later' });
    const second = (await own.as('irene', 'GET', `/v1/posts?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it.each<[string, string, readonly number[]]>([
    ['several statuses', 'status=approved,scheduled', []],
    ['a status', 'status=in_review', [1]],
    ['drafts and posts in review', 'status=draft,in_review', [3, 2, 1, 0]],
    ['a text, whatever its case', 'text=SALDI', [2, 0]],
    ['a text of one variant', 'text=variante', [1]],
    ['what would be a pattern', 'text=100%25', [3]],
    ['what would be another', `text=${encodeURIComponent('_')}`, []],
    ['a text that nobody wrote', 'text=zzz', []],
    ['a text and a status', 'text=saldi&status=in_review', []],
    ['posts that wait for a person', 'attention=true', [2]],
  ])('is narrowed by %s', async (_what, query, expected) => {
    const { items } = await list(query);
    expect(items.map(({ excerpt }) => excerpt)).toEqual(expected.map((index) => texts[index]));
  });

  it('is narrowed by connection, author and dates, with and without a text', async () => {
    const { tenant } = tenantApi();
    const shown = async (query: string) => (await list(query)).items.map(({ excerpt }) => texts.indexOf(excerpt));
    const { linkedin, instagram } = tenant.pages;
    expect(await shown(`connectionId=${linkedin}`)).toEqual([3, 2]);
    expect(await shown(`connectionId=${linkedin}&text=saldi`)).toEqual([2]);
    expect(await shown(`connectionId=${instagram}`)).toEqual([]);
    expect(await shown(`authorId=${tenant.people.bruno}`)).toEqual([3]);
    expect(await shown(`authorId=${tenant.people.elena}&text=saldi`)).toEqual([2, 0]);
    const time = encodeURIComponent('2031-03-01T00:00:00+01:00');
    expect(await shown(`scheduledFrom=${time}`)).toEqual([2]);
    expect(await shown(`scheduledTo=${time}`)).toEqual([0]);
    expect(await shown(`scheduledTo=${time}&text=saldi`)).toEqual([0]);
    expect(await shown(`createdFrom=${time}`)).toEqual([]);
    expect(await shown(`createdTo=${time}`)).toEqual([3, 2, 1, 0]);
  });

  it.each([
    ['status=open', 'status'],
    ['authorId=me', 'authorId'],
    ['createdFrom=2026-12-01', 'createdFrom'],
    ['text=', 'text'],
    ['attention=maybe', 'attention'],
    ['cursor=abc', 'cursor'],
    ['limit=0', 'limit'],
    ['colour=red', 'colour'],
  ])('names the parameter that it cannot read: %s', async (query, parameter) => {
    const { status, body } = await tenantApi().as('irene', 'GET', `/v1/posts?${query}`);
    expect([status, body.errors[0].parameter]).toEqual([400, parameter]);
  });

  it('shows another tenant nothing, not even by a known id, text or cursor', async () => {
    const { tenant } = tenantApi();
    const { nextCursor } = await list('limit=1');
    const other = await tenantApi().another();
    for (const query of ['', 'text=saldi', `connectionId=${tenant.pages.linkedin}`, `cursor=${nextCursor}`]) {
      expect((await other.as('irene', 'GET', `/v1/posts?${query}`)).body.items).toEqual([]);
    }
  });
});

const tenantApi = useTenantApi();

const texts = ['I saldi di gennaio', 'In revisione', 'Saldi: ultimi giorni', 'Sconti al 100%'] as const;

interface Listed {
  readonly items: readonly { readonly excerpt: (typeof texts)[number] }[];
  readonly nextCursor: string | null;
}

async function list(query: string): Promise<Listed> {
  const { status, body } = await tenantApi().as('irene', 'GET', `/v1/posts?${query}`);
  expect(status).toBe(200);
  return body;
}

beforeAll(async () => {
  const api = tenantApi();
  const { facebook, linkedin } = api.tenant.pages;
  await write(api, { text: texts[0], scheduledAt: '2031-02-01T10:00:00Z' });
  const inReview = await write(api, { text: texts[1], targets: [{ connectionId: facebook, text: 'La variante' }] });
  await api.as('elena', 'POST', `/v1/posts/${inReview}/submit`);
  const stuck = await write(api, {
    text: texts[2],
    scheduledAt: '2031-04-01T10:00:00Z',
    targets: [{ connectionId: linkedin }],
  });
  await api.inTenant((trx) => trx.updateTable('post').set({ attention: true }).where('id', '=', stuck).execute());
  await write(api, { text: texts[3], targets: [{ connectionId: linkedin }] }, 'bruno');
});

async function write({ as }: TenantApi, body: object, by: 'elena' | 'bruno' = 'elena'): Promise<PostId> {
  const answer = await as(by, 'POST', '/v1/posts', body);
  return answer.body.id;
}
