import { describe, expect, it } from 'vitest';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('the previews of a post', () => {
  it('show for each target what its readers will see', async () => {
    const { as, tenant } = tenantApi();
    const image = await uploadImage(tenantApi(), { width: 1_600, height: 900, altText: 'La vetrina' });
    const post = await write({
      text: 'Saldi da @mercato.aurora su https://mercato.example/saldi #saldi',
      mediaIds: [image],
      targets: [
        { connectionId: tenant.pages.instagram },
        { connectionId: tenant.pages.linkedin, text: 'Con @[Mercato Aurora](urn:li:organization:42)', mediaIds: [] },
      ],
    });
    const { status, body } = await as('irene', 'GET', `/v1/posts/${post.id}/previews`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ revision: 1, violations: [] });
    const [instagram, linkedin] = body.previews;
    expect(instagram).toMatchObject({
      connection: { id: tenant.pages.instagram, network: 'instagram' },
      format: 'feed',
      text: 'Saldi da @mercato.aurora su https://mercato.example/saldi #saldi',
      truncatedAt: null,
      counts: { characters: { used: 64, limit: 2_200 }, hashtags: { used: 1, limit: 30 } },
      layout: { kind: 'single', visible: 1, hidden: 0 },
      violations: [],
    });
    expect(codesOf(instagram)).toEqual(['link_not_clickable']);
    const kinds = instagram.segments.map(({ kind }: { kind: string }) => kind);
    expect(kinds.join(' ')).toBe('text mention text link text hashtag');
    expect(linkedin).toMatchObject({
      text: 'Con Mercato Aurora',
      layout: { kind: 'none' },
      segments: [
        { kind: 'text', text: 'Con ', href: null },
        { kind: 'mention', text: 'Mercato Aurora', href: 'https://www.linkedin.com/company/42' },
      ],
    });
  });

  it('name the file that the network is given, at an address that can be fetched, and the part that is seen', async () => {
    const { api, as, tenant } = tenantApi();
    const image = await uploadImage(tenantApi(), { width: 1_600, height: 900 });
    const post = await write({ mediaIds: [image], targets: [{ connectionId: tenant.pages.instagram }] });
    const { body } = await as('elena', 'GET', `/v1/posts/${post.id}/previews`);
    const [shown] = body.previews[0].media;
    expect(shown).toMatchObject({
      mediaId: image,
      kind: 'image',
      stilled: false,
      file: { rendition: 'jpeg', mimeType: 'image/jpeg', widthPx: 1_440, heightPx: 810, durationMs: null, pages: null },
      crops: [
        { place: 'feed', x: 0, y: 0, width: 1_440, height: 810, cropped: false },
        { place: 'grid', y: 0, height: 810, cropped: true },
      ],
    });
    expect(codesOf(body.previews[0])).toEqual(['no_alt_text']);
    const { pathname, search } = new URL(shown.file.url);
    expect((await api.call(pathname + search)).status).toBe(200);
  });

  it('tell what the network would refuse, and what is wrong with the post as a whole', async () => {
    const { as, tenant } = tenantApi();
    const post = await write({ targets: [{ connectionId: tenant.pages.linkedin, format: 'reel' }] });
    const { body } = await as('elena', 'GET', `/v1/posts/${post.id}/previews`);
    expect(body.previews[0].violations).toEqual([
      expect.objectContaining({ field: 'text', rule: 'required' }),
      expect.objectContaining({ field: 'format', rule: 'format', limit: 'feed', value: 'reel' }),
    ]);
    const nowhere = await write({ text: 'Ciao' });
    expect((await as('elena', 'GET', `/v1/posts/${nowhere.id}/previews`)).body).toMatchObject({
      violations: [{ target: null, field: 'targets', rule: 'required' }],
      previews: [],
    });
  });

  it('show an earlier revision as it was, and none that never was', async () => {
    const { as, tenant } = tenantApi();
    const post = await write({ text: 'Prima', targets: [{ connectionId: tenant.pages.facebook }] });
    const headers = { 'if-match': '"1"' };
    await as('elena', 'PATCH', `/v1/posts/${post.id}`, { text: 'Dopo' }, { headers });
    const shown = async (query: string) => {
      const { status, body } = await as('elena', 'GET', `/v1/posts/${post.id}/previews${query}`);
      return [status, body.revision ?? null, body.previews?.[0].text ?? null];
    };
    expect(await shown('')).toEqual([200, 2, 'Dopo']);
    expect(await shown('?revision=1')).toEqual([200, 1, 'Prima']);
    expect(await shown('?revision=3')).toEqual([404, null, null]);
    expect(await shown('?revision=0')).toEqual([400, null, null]);
    expect(await shown('?revision=prima')).toEqual([400, null, null]);
  });

  it('warn of a text that another post says on the same page, until that one is taken back', async () => {
    const { as, tenant } = tenantApi();
    const text = 'Domani siamo aperti fino alle 22';
    const facebook = { connectionId: tenant.pages.facebook };
    const earlier = await write({ text: 'Aperti', targets: [{ ...facebook, text }] });
    const again = await write({ text, targets: [facebook, { connectionId: tenant.pages.linkedin }] });
    const warned = async (id: string) => {
      const { body } = await as('elena', 'GET', `/v1/posts/${id}/previews`);
      return body.previews.map((shown: PreviewView) =>
        shown.warnings.filter(({ code }) => code === 'same_as_recent_post').map(({ value }) => value),
      );
    };
    expect(await warned(again.id)).toEqual([[], []]);
    await as('elena', 'POST', `/v1/posts/${earlier.id}/submit`);
    expect(await warned(again.id)).toEqual([[earlier.id], []]);
    expect(await warned(earlier.id)).toEqual([[]]);
    const { body } = await as('elena', 'POST', '/v1/previews', { text, targets: [facebook] });
    expect(codesOf(body.previews[0])).toEqual(['same_as_recent_post']);
    expect((await as('elena', 'POST', `/v1/posts/${earlier.id}/cancel`)).status).toBe(200);
    expect(await warned(again.id)).toEqual([[], []]);
  });

  it('are not there for a post that is not, nor for another tenant', async () => {
    const { as, another } = tenantApi();
    const post = await write({ text: 'Geheim' });
    const other = await another();
    expect((await other.as('elena', 'GET', `/v1/posts/${post.id}/previews`)).status).toBe(404);
    const nobody = '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77';
    expect((await as('elena', 'GET', `/v1/posts/${nobody}/previews`)).status).toBe(404);
  });
});

describe('previews of content that is not saved', () => {
  it('are those of the post that it would become, and nothing is saved', async () => {
    const { as, tenant } = tenantApi();
    const image = await uploadImage(tenantApi());
    const content = {
      text: 'Buon Natale #natale',
      link: { url: 'https://www.mercato.example/natale', title: 'Natale', mediaId: image },
      targets: [{ connectionId: tenant.pages.linkedin }, { connectionId: tenant.pages.facebook }],
    };
    const before = (await as('elena', 'GET', '/v1/posts?text=Buon%20Natale%20%23natale')).body.items;
    const unsaved = await as('elena', 'POST', '/v1/previews', content);
    expect(unsaved.status).toBe(200);
    expect(unsaved.body.revision).toBeNull();
    expect((await as('elena', 'GET', '/v1/posts?text=Buon%20Natale%20%23natale')).body.items).toEqual(before);
    const post = await write(content);
    const saved = await as('elena', 'GET', `/v1/posts/${post.id}/previews`);
    expect(withoutAddresses(unsaved.body.previews)).toEqual(withoutAddresses(saved.body.previews));
    const [linkedin, facebook] = saved.body.previews;
    expect(linkedin.link.card).toMatchObject({
      source: 'given',
      domain: 'mercato.example',
      title: 'Natale',
      image: { mediaId: image, widthPx: 1_200, crops: [{ place: 'card', y: 286, height: 628, cropped: true }] },
    });
    expect(facebook.link.card).toMatchObject({ source: 'read', domain: 'mercato.example', title: null, image: null });
    expect(codesOf(facebook)).toEqual(['card_read_from_page']);
  });

  it('name by pointer what the tenant does not have', async () => {
    const { as, another } = tenantApi();
    const other = await another();
    const foreign = other.tenant.pages.facebook;
    const link = { url: 'https://mercato.example', mediaId: foreign };
    const content = { mediaIds: [foreign], link, targets: [{ connectionId: foreign }] };
    for (const path of ['/v1/previews', '/v1/posts']) {
      const { status, body } = await as('elena', 'POST', path, content);
      expect(status).toBe(422);
      expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
        '/mediaIds/0',
        '/link/mediaId',
        '/targets/0/connectionId',
      ]);
    }
  });

  it.each(['irene', 'marco', 'luca'] as const)('are not for %s, who may not write posts', async (person) => {
    const { status, body } = await tenantApi().as(person, 'POST', '/v1/previews', {});
    expect([status, body.permission]).toEqual([403, 'post.write']);
  });
});

describe('a refusal to submit', () => {
  it('points at the very file, variant, format or field of the link that has to be mended', async () => {
    const { as, tenant } = tenantApi();
    const [small, square] = [
      await uploadImage(tenantApi(), { width: 200, height: 200 }),
      await uploadImage(tenantApi()),
    ];
    const post = await write({
      text: 'Ciao',
      link: { url: 'https://mercato.example' },
      targets: [
        { connectionId: tenant.pages.instagram, mediaIds: [square, small] },
        { connectionId: tenant.pages.facebook, format: 'reel', mediaIds: [square] },
        { connectionId: tenant.pages.linkedin },
      ],
    });
    const { status, body } = await as('elena', 'POST', `/v1/posts/${post.id}/submit`);
    expect([status, body.type]).toEqual([422, '/problems/not-publishable']);
    expect(body.errors.map(({ pointer, rule }: { pointer: string; rule: string }) => [pointer, rule])).toEqual([
      ['/targets/0/mediaIds/1', 'min_image_width'],
      ['/targets/1/mediaIds/0', 'media_kind'],
      ['/link/title', 'card_title'],
    ]);
  });
});

interface PreviewView {
  readonly warnings: readonly { readonly code: string; readonly value: unknown }[];
}

const tenantApi = useTenantApi();

const codesOf = ({ warnings }: PreviewView) => warnings.map(({ code }) => code);

async function write(body: object): Promise<{ id: string }> {
  const answer = await tenantApi().as('elena', 'POST', '/v1/posts', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

/** Signatures depend on the instant. */
function withoutAddresses(previews: unknown): unknown {
  return JSON.parse(JSON.stringify(previews).replaceAll(/\?expires=[^"]*/g, ''));
}
