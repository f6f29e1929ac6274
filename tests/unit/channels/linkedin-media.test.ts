import { describe, expect, it } from 'vitest';
import { noon } from './channel-http.ts';
import { networkWith, photoFile } from './network-stub.ts';

const filmUrn = 'urn:li:video:1';
const filmBytes = new TextEncoder().encode('filmed');
const film = {
  ...photoFile,
  kind: 'video' as const,
  mimeType: 'video/mp4',
  bytes: filmBytes.byteLength,
  durationMs: 4_000,
  read: async (range?: { start: number; end: number }) => filmBytes.slice(range?.start, range?.end),
};

describe('a post with more than one image', () => {
  it('uploads each once, keeps what was uploaded before, and shows them in their order', async () => {
    let made = 0;
    const states: Record<string, string> = { '1': 'AVAILABLE', '2': 'PROCESSING' };
    const { channels, network } = await networkWith({
      'POST /rest/images': () => {
        made += 1;
        return { body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1', image: `urn:li:image:${made}` } } };
      },
      'PUT /dms/1': () => ({ status: 201 }),
      'GET /rest/images/urn:li:image:1': () => ({ body: { status: states['1'] } }),
      'GET /rest/images/urn:li:image:2': () => ({ body: { status: states['2'] } }),
      'POST /rest/posts': () => ({ status: 201, body: null, headers: { 'x-restli-id': 'urn:li:ugcPost:1' } }),
    });

    const first = await channels.linkedin.prepare(page, album, null);
    states['2'] = 'AVAILABLE';
    const again = await channels.linkedin.prepare(page, album, first);
    await channels.linkedin.publish(page, album, again);

    expect(first).toMatchObject({
      state: 'processing',
      anchor: null,
      parts: [{ id: 'urn:li:image:1' }, { id: 'urn:li:image:2' }],
    });
    expect(again).toEqual({ ...first, state: 'ready' });
    expect(made).toBe(2);
    expect(JSON.parse(network.received.at(-1)?.body ?? '').content).toEqual({
      multiImage: {
        images: [
          { id: 'urn:li:image:1', altText: 'Una vetrina' },
          { id: 'urn:li:image:2', altText: 'Il forno' },
        ],
      },
    });
  });

  it('makes anew only the one that LinkedIn could not process', async () => {
    const { channels, network } = await networkWith({
      'POST /rest/images': () => ({
        body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1', image: 'urn:li:image:3' } },
      }),
      'PUT /dms/1': () => ({ status: 201 }),
      'GET /rest/images/urn:li:image:1': () => ({ body: { status: 'AVAILABLE' } }),
      'GET /rest/images/urn:li:image:2': () => ({ body: { status: 'PROCESSING_FAILED' } }),
      'GET /rest/images/urn:li:image:3': () => ({ body: { status: 'AVAILABLE' } }),
    });
    const parts = ['1', '2'].map((n) => ({ kind: 'image' as const, id: `urn:li:image:${n}`, madeAt: noon }));

    expect(await channels.linkedin.checkPrepared(page, { state: 'processing', anchor: null, parts })).toMatchObject({
      state: 'refused',
      refusal: { code: 'processing_failed' },
    });
    expect(await channels.linkedin.prepare(page, album, { state: 'processing', anchor: null, parts })).toMatchObject({
      state: 'ready',
      parts: [{ id: 'urn:li:image:1' }, { id: 'urn:li:image:3' }],
    });
    expect(network.received.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is refused when it mixes images with a film', async () => {
    const { channels, network } = await networkWith({});

    expect(await channels.linkedin.prepare(page, { ...content, media: [photoFile, film] }, null)).toMatchObject({
      state: 'refused',
      refusal: { code: 'media_refused' },
    });
    expect(network.received).toHaveLength(0);
  });
});

describe('a film on LinkedIn', () => {
  const routes = {
    'PUT /dms/a': () => ({ status: 200, headers: { etag: '"part-a"' } }),
    'PUT /dms/b': () => ({ status: 200, headers: { etag: 'part-b' } }),
    [`GET /rest/videos/${filmUrn}`]: () => ({ body: { status: 'PROCESSING' } }),
  };
  const registered = {
    body: {
      value: {
        video: filmUrn,
        uploadToken: 'token-1',
        uploadInstructions: [
          { uploadUrl: 'https://www.linkedin.com/dms/a', firstByte: 0, lastByte: 3 },
          { uploadUrl: 'https://www.linkedin.com/dms/b', firstByte: 4, lastByte: 5 },
        ],
      },
    },
  };

  it('is uploaded in the pieces that LinkedIn asks for, none of them whole in memory, and put together', async () => {
    const { channels, network } = await networkWith({
      ...routes,
      'POST /rest/videos': ({ query }) => (query.get('action') === 'initializeUpload' ? registered : { body: {} }),
    });

    const made = await channels.linkedin.prepare(page, { ...content, media: [film] }, null);

    expect(made).toEqual({ state: 'processing', anchor: { kind: 'video', id: filmUrn, madeAt: noon }, parts: [] });
    const [registration, one, other, finish] = network.received;
    expect(JSON.parse(registration?.body ?? '').initializeUploadRequest.fileSizeBytes).toBe(6);
    expect([one?.body, other?.body]).toEqual(['film', 'ed']);
    expect(JSON.parse(finish?.body ?? '')).toEqual({
      finalizeUploadRequest: { video: filmUrn, uploadToken: 'token-1', uploadedPartIds: ['part-a', 'part-b'] },
    });
  });

  it('counts as uploaded when only the answer to its completion was lost', async () => {
    let finished = 0;
    const { channels } = await networkWith({
      ...routes,
      'POST /rest/videos': ({ query }) => {
        if (query.get('action') === 'initializeUpload') return registered;
        finished += 1;
        return finished === 1 ? { status: 503 } : { status: 400, body: { code: 'ALREADY_FINALIZED' } };
      },
    });

    const made = await channels.linkedin.prepare(page, { ...content, media: [film] }, null);
    expect(made).toMatchObject({ state: 'processing', anchor: { id: filmUrn } });
  });
});

describe('what else LinkedIn shows', () => {
  const posted = { status: 201, body: null, headers: { 'x-restli-id': 'urn:li:share:1' } };

  it('is a document with its title', async () => {
    const { channels, network } = await networkWith({
      'POST /rest/documents': () => ({
        body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1', document: 'urn:li:document:1' } },
      }),
      'PUT /dms/1': () => ({ status: 201 }),
      'GET /rest/documents/urn:li:document:1': () => ({ body: { status: 'AVAILABLE' } }),
      'POST /rest/posts': () => posted,
    });
    const brochure = { ...photoFile, kind: 'document' as const, mimeType: 'application/pdf', title: 'Listino 2027' };
    const withDocument = { ...content, media: [brochure] };

    const prepared = await channels.linkedin.prepare(page, withDocument, null);
    await channels.linkedin.publish(page, withDocument, prepared);

    expect(prepared).toMatchObject({ state: 'ready', anchor: { kind: 'document', id: 'urn:li:document:1' } });
    expect(JSON.parse(network.received.at(-1)?.body ?? '').content).toEqual({
      media: { id: 'urn:li:document:1', title: 'Listino 2027' },
    });
  });

  it('is a link with title, words and picture, because LinkedIn reads nothing from the page itself', async () => {
    const { channels, network } = await networkWith({
      'POST /rest/images': () => ({
        body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1', image: imageUrn } },
      }),
      'PUT /dms/1': () => ({ status: 201 }),
      [`GET /rest/images/${imageUrn}`]: () => ({ body: { status: 'AVAILABLE' } }),
      'POST /rest/posts': () => posted,
    });
    const card = { url: 'https://forno.example/pane', title: 'Il pane', description: 'Di segale', image: photoFile };
    const withLink = { ...content, media: [], link: card };

    const prepared = await channels.linkedin.prepare(page, withLink, null);
    await channels.linkedin.publish(page, withLink, prepared);

    expect(prepared).toMatchObject({ state: 'ready', anchor: null, parts: [{ id: imageUrn }] });
    expect(JSON.parse(network.received.at(-1)?.body ?? '').content).toEqual({
      article: { source: card.url, title: 'Il pane', description: 'Di segale', thumbnail: imageUrn },
    });
  });

  it('may be edited afterwards: its text alone', async () => {
    const { channels, network } = await networkWith({
      'POST /rest/posts/urn:li:share:1': () => ({ status: 204, body: null }),
    });

    await channels.linkedin.edit(page, 'urn:li:share:1', 'Nuovo (vero)');

    const [request] = network.received;
    expect(request?.headers['x-restli-method']).toBe('PARTIAL_UPDATE');
    expect(JSON.parse(request?.body ?? '')).toEqual({ patch: { $set: { commentary: 'Nuovo \\(vero\\)' } } });
  });
});

const imageUrn = 'urn:li:image:1';
const page = { externalId: '7', accessToken: 'token' };
const content = { text: 'Sconti (veri) #Roma', media: [photoFile], link: null, format: 'feed' as const };
const album = { ...content, media: [photoFile, { ...photoFile, altText: 'Il forno' }] };
