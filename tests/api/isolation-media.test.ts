import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { testStack } from '../../dev/stack.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { type MediaGrant, signedMediaUrl } from '../../src/platform/signed-url.ts';
import { demand } from '../support/running-api.ts';
import { runningOperations } from '../support/running-operations.ts';
import { imageForm } from '../support/tenant-api.ts';
import { userToken } from '../support/tokens.ts';

test('a signed address gives the file to whoever has it, with a foreign token or with none', async () => {
  for (const kind of ['original', 'jpeg'] as const) {
    for (const as of [null, 'giulia.aurora']) {
      const { status, sha256 } = await get(theirs.urls[kind].url, as);
      expect(status).toBe(200);
      if (kind === 'original') expect(sha256).toBe(theirs.sha256);
    }
  }
});

test.each<[place: string, change: (address: URL) => void]>([
  ['path.tenantId', (address) => replace(address, tenant('borgoverde'), tenant('aurora'))],
  ['path.mediaId', (address) => replace(address, theirs.id, another.id)],
  ['path.kind', (address) => replace(address, 'original', 'jpeg')],
  ['query.expires', (address) => address.searchParams.set('expires', later(address))],
  ['query.signature', (address) => address.searchParams.set('signature', signatureOf(another.urls.original.url))],
  ['query.signature', (address) => address.searchParams.set('signature', '')],
])('with another %s it gives nothing', async (_place, change) => {
  const address = new URL(theirs.urls.original.url);
  change(address);
  expect(await get(address.href, 'giulia.aurora')).toMatchObject({ status: 403, type: '/problems/not-signed' });
});

test('every place of the address has been tried', async () => {
  const open = (await runningOperations()).filter(({ path }) => path.startsWith('/media/'));
  expect(open.flatMap(({ places }) => places).toSorted()).toEqual([
    'path.kind',
    'path.mediaId',
    'path.tenantId',
    'query.expires',
    'query.signature',
  ]);
});

test('once expired it gives nothing', async () => {
  const address = signed({ tenantId: tenant('borgoverde'), mediaId: theirs.id, expiresAt: Date.now() - 1_000 });
  expect(await get(address, null)).toMatchObject({ status: 403, type: '/problems/not-signed' });
});

test('even one that is rightly signed finds a file only in its own tenant', async () => {
  const expiresAt = Date.now() + 60_000;
  const right = signed({ tenantId: tenant('borgoverde'), mediaId: theirs.id, expiresAt });
  expect((await get(right, null)).status).toBe(200);
  const wrong = signed({ tenantId: tenant('aurora'), mediaId: theirs.id, expiresAt });
  expect(await get(wrong, null)).toMatchObject({ status: 404, type: '/problems/not-found' });
});

interface Media {
  readonly id: string;
  readonly sha256: string;
  readonly urls: Readonly<Record<'original' | 'jpeg', { readonly url: string }>>;
}

let theirs: Media;
let another: Media;

beforeAll(async () => {
  theirs = await upload(320);
  another = await upload(330);
});

async function upload(width: number): Promise<Media> {
  const body = await imageForm({ width, height: 320 });
  return (await demand(201, '/v1/media', { as: 'martina.borgoverde', method: 'POST', body })).body;
}

function tenant(slug: string): string {
  return demoTenant(slug).id;
}

/** What only the system itself can make: it alone has the key. */
function signed(grant: Omit<MediaGrant, 'kind'>): string {
  return signedMediaUrl(readApiConfig(programVariables(testStack())).media, { ...grant, kind: 'original' });
}

function replace(address: URL, part: string, by: string): void {
  expect(address.pathname).toContain(part);
  address.pathname = address.pathname.replace(part, by);
}

function later(address: URL): string {
  return String(Number(address.searchParams.get('expires')) + 3_600);
}

function signatureOf(url: string): string {
  return new URL(url).searchParams.get('signature') ?? '';
}

async function get(url: string, as: string | null) {
  const headers = as === null ? {} : { authorization: `Bearer ${await userToken(as)}` };
  const response = await fetch(url, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return {
    status: response.status,
    type: isProblem ? JSON.parse(bytes.toString()).type : null,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
