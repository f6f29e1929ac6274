import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sha256 } from '../../src/domain/ids.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { type CallAnswer, startApi, type TestApi } from '../support/api.ts';
import { ownConnections } from '../support/own-connections.ts';
import { scriptedNetworks } from '../support/scripted-networks.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

describe('a card', () => {
  test('says who granted what, who connected it, until when, and what is missing', async () => {
    const chiara = await make.adminProfile('Chiara Ferri');
    const id = await make.connection('facebook', {
      name: 'Mercato Aurora',
      admin_profile_id: chiara,
      connected_by: own.users.editor,
      scopes: ['pages_show_list', 'pages_manage_posts'],
      missing_scopes: ['read_insights', 'pages_messaging'],
      consent_expires_at: new Date('2027-01-01T00:00:00Z'),
    });
    await make.secret(id, { expiresAt: new Date('2026-12-24T00:00:00Z') });
    expect((await get(`/v1/connections/${id}`)).body).toMatchObject({
      network: 'facebook',
      grantKind: 'facebook_login',
      name: 'Mercato Aurora',
      badge: 'connected',
      adminProfile: { id: chiara, name: 'Chiara Ferri' },
      connectedBy: { id: own.users.editor, name: 'editor' },
      scopes: ['pages_show_list', 'pages_manage_posts'],
      missingScopes: [
        { scope: 'read_insights', features: ['insights'] },
        { scope: 'pages_messaging', features: ['message'] },
      ],
      lostFeatures: ['message', 'insights'],
      tokenExpiresAt: '2026-12-24T00:00:00.000Z',
      consentExpiresAt: '2027-01-01T00:00:00.000Z',
      revocation: null,
      parked: { items: [], nextCursor: null },
    });
  });

  test('tells in the caller’s language what to do about the last error', async () => {
    const error = { providerStatus: 500, providerCode: null, providerMessage: 'unexpected', at: now.toISOString() };
    const last_error = JSON.stringify({ code: 'network_trouble', ...error });
    const id = await make.connection('linkedin', { state: 'degraded', last_error });
    const { body } = await get(`/v1/connections/${id}`);
    expect([body.badge, body.lastError.providerStatus]).toEqual(['refresh', 500]);
    expect(body.remedy).toBe(
      'LinkedIn risponde con un errore. Si riprova da soli; se continua, controlla che la pagina disponga ancora dei permessi amministrativi.',
    );
  });

  test('has no remedy while all is well, and always a badge', async () => {
    const id = await make.connection('instagram');
    expect((await get(`/v1/connections/${id}`)).body).toMatchObject({
      remedy: null,
      badge: 'connected',
      picture: null,
    });
  });

  test('lists what is parked for it by slot, page by page', async () => {
    const id = await make.connection('facebook', { state: 'expired' });
    const other = await make.connection('facebook');
    const late = await make.post('publishing', [{ on: id, state: 'parked' }], {
      slot: new Date('2026-12-02T10:00:00Z'),
    });
    const targets = [
      { on: id, state: 'parked' as const },
      { on: other, state: 'published' as const },
    ];
    const early = await make.post('publishing', targets, { slot: new Date('2026-12-01T10:00:00Z'), text: 'Presto' });
    await make.post('publishing', [{ on: id, state: 'published' }]);
    const first = (await get(`/v1/connections/${id}?limit=1`)).body;
    expect([first.parkedTargets, first.parked.items]).toEqual([
      2,
      [expect.objectContaining({ kind: 'post', postId: early, excerpt: 'Presto', otherTargets: 1 })],
    ]);
    const second = (await get(`/v1/connections/${id}?limit=1&cursor=${first.parked.nextCursor}`)).body;
    expect([second.parked.items[0].postId, second.parked.nextCursor]).toEqual([late, null]);
  });
});

describe('the picture of a card', () => {
  test('is ours, at a signed address that needs no token', async () => {
    const file = await storage.receive(own.tenantId, Readable.from([Buffer.from('jpeg')]), { maxBytes: 10 });
    await file.keep();
    const id = await make.connection('facebook', { picture_sha256: file.sha256 as Sha256 });
    const { picture } = (await get(`/v1/connections/${id}`)).body;
    const path = picture.url.slice(api.config.media.publicUrl.length);
    const answer = await fetch(api.url + path);
    expect([answer.status, await answer.text()]).toEqual([200, 'jpeg']);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=\d+, immutable$/);
    const changed = path.replace(file.sha256, 'b'.repeat(64));
    expect(await api.call(changed, { as: null })).toMatchObject({
      status: 403,
      body: { type: '/problems/not-signed' },
    });
  });
});

describe('the list of cards', () => {
  let mine: OwnTenant;
  let list: (query: string) => Promise<{ names: string[]; body: CallAnswer['body'] }>;

  beforeAll(async () => {
    mine = await createOwnTenant(api.services.db);
    const { connection, adminProfile } = ownConnections(api.services.db, mine);
    const chiara = await adminProfile('Chiara');
    await connection('facebook', { name: 'Aurora Milano', admin_profile_id: chiara });
    await connection('instagram', { name: 'Aurora Como', state: 'degraded', admin_profile_id: chiara });
    await connection('linkedin', { name: 'Lariana', state: 'expired' });
    await connection('facebook', { name: '100% Lago', suspended_at: now, suspended_by: mine.users.tenant_admin });
    list = async (query) => {
      const { body } = await api.call(`/v1/connections?${query}`, { token: mine.token('viewer') });
      return { names: body.items.map(({ name }: { name: string }) => name), body };
    };
  });

  test('is searched by a part of the name, in any case, whatever characters it has', async () => {
    expect((await list('q=aurora')).names).toEqual(['Aurora Como', 'Aurora Milano']);
    expect((await list('q=100%25')).names).toEqual(['100% Lago']);
    expect((await list('q=%25')).names).toEqual(['100% Lago']);
  });

  test('is filtered by badge, by who granted access, and by what is suspended', async () => {
    expect((await list('badge=refresh,disconnected')).names).toEqual(['Aurora Como', 'Lariana']);
    expect((await list('badge=refresh&state=connected')).names).toEqual([]);
    expect((await list('badge=connected&state=connected,expired')).names).toEqual(['100% Lago', 'Aurora Milano']);
    expect((await list('suspended=true')).names).toEqual(['100% Lago']);
    const [{ adminProfile }] = (await list('q=Aurora Como')).body.items;
    expect((await list(`adminProfileId=${adminProfile.id}&suspended=false`)).names).toEqual([
      'Aurora Como',
      'Aurora Milano',
    ]);
  });

  test('counts states and badges of what the other filters let pass', async () => {
    const { body } = await list('badge=disconnected');
    expect(body.counts).toEqual({ connected: 2, degraded: 1, expired: 1 });
    expect(body.badgeCounts).toEqual({ connected: 2, refresh: 1, disconnected: 1 });
    expect((await list('q=aurora&state=expired')).body.badgeCounts).toEqual({
      connected: 1,
      refresh: 1,
      disconnected: 0,
    });
  });

  test('comes in pages by name', async () => {
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.body.nextCursor}`);
    expect([first.names, second.names]).toEqual([['100% Lago', 'Aurora Como', 'Aurora Milano'], ['Lariana']]);
  });
});

describe('admin profiles', () => {
  test('are listed by name, each with the pages that live by its grants', async () => {
    const mine = await createOwnTenant(api.services.db);
    const { connection, adminProfile } = ownConnections(api.services.db, mine);
    const chiara = await adminProfile('Chiara');
    const bruno = await adminProfile('Bruno', 'linkedin');
    const id = await connection('facebook', { admin_profile_id: chiara, missing_scopes: ['read_insights'] });
    const ask = (path: string) => api.call(path, { token: mine.token('viewer') });
    const { body } = await ask('/v1/admin-profiles');
    expect(body.items).toMatchObject([
      { id: bruno, name: 'Bruno', family: 'linkedin', pageCount: 0, pages: [] },
      {
        id: chiara,
        pageCount: 1,
        pages: [{ connectionId: id, badge: 'connected', missingScopes: ['read_insights'], lostFeatures: ['insights'] }],
      },
    ]);
    expect((await ask('/v1/admin-profiles?family=meta')).body.items).toHaveLength(1);
    const { nextCursor } = (await ask('/v1/admin-profiles?limit=1')).body;
    expect((await ask(`/v1/admin-profiles?limit=1&cursor=${nextCursor}`)).body.items[0].id).toBe(chiara);
    expect((await ask(`/v1/admin-profiles/${chiara}`)).body).toEqual(body.items[1]);
    expect((await get(`/v1/admin-profiles/${chiara}`)).status).toBe(404);
  });
});

describe('networks', () => {
  test('are all listed, with how they are connected and what can be done there', async () => {
    const { items } = (await get('/v1/networks')).body;
    expect(items).toHaveLength(13);
    expect(items.find(({ network }: { network: string }) => network === 'facebook')).toMatchObject({
      name: 'Facebook',
      availability: 'available',
      ways: [{ kind: 'facebook_login', way: 'consent', configured: true, fields: [], named: null }],
      publish: [{ kind: 'feed', maxTextLength: 63_206 }, { kind: 'reel' }],
      imports: ['comment', 'mention', 'direct'],
      ready: ['pages', 'publish'],
    });
  });

  test('that are announced, or not built or configured here, say so', async () => {
    const { items } = (await get('/v1/networks')).body;
    const named = (network: string) => items.find((item: { network: string }) => item.network === network);
    expect(named('tiktok')).toMatchObject({ availability: 'announced', ways: [] });
    expect(named('gmail')).toMatchObject({ availability: 'announced', ways: [] });
    expect(named('youtube')).toMatchObject({ availability: 'not_configured', ways: [{ kind: 'oauth' }] });
    expect(named('telegram')).toMatchObject({
      availability: 'available',
      ways: [{ kind: 'bot_token', way: 'credentials', fields: ['botToken'], named: 'chatIds' }],
    });
  });
});

const now = new Date();
let api: TestApi;
let own: OwnTenant;
let make: ReturnType<typeof ownConnections>;
let directory = '';
let storage: ReturnType<typeof folderStorage>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorally-cards-'));
  storage = folderStorage(directory);
  api = await startApi({ services: { tokens: ownTokens }, storage, desk: scriptedNetworks().desk });
  own = await createOwnTenant(api.services.db);
  make = ownConnections(api.services.db, own);
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true, force: true });
});

function get(path: string): Promise<CallAnswer> {
  return api.call(path, { token: own.token('viewer') });
}
