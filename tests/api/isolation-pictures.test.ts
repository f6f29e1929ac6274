import { beforeAll, expect, test } from 'vitest';
import { demoTenant } from '../../dev/demo-data.ts';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { signedPictureUrl } from '../../src/platform/signed-url.ts';
import { demand } from '../support/running-api.ts';
import { runningOperations } from '../support/running-operations.ts';
import { imageForm } from '../support/tenant-api.ts';

test('a signed address gives the picture to whoever has it', async () => {
  expect((await fetch(signed())).status).toBe(200);
});

test.each<[place: string, change: (address: URL) => void]>([
  ['path.tenantId', (address) => replace(address, demoTenant('borgoverde').id, demoTenant('aurora').id)],
  ['path.sha256', (address) => replace(address, sha256, 'b'.repeat(64))],
  ['query.expires', (address) => address.searchParams.set('expires', '9999999999')],
  ['query.signature', (address) => address.searchParams.set('signature', 'x'.repeat(43))],
])('with another %s it gives nothing', async (_place, change) => {
  const address = new URL(signed());
  change(address);
  expect(await problem(address.href)).toEqual([403, '/problems/not-signed']);
});

test('every place of the address has been tried', async () => {
  const open = (await runningOperations()).filter(({ path }) => path.startsWith('/pictures/'));
  expect(open.flatMap(({ places }) => places).toSorted()).toEqual([
    'path.sha256',
    'path.tenantId',
    'query.expires',
    'query.signature',
  ]);
});

test('once expired it gives nothing, and even one that is rightly signed finds nothing of another tenant', async () => {
  expect(await problem(signed({ expiresAt: Date.now() - 1_000 }))).toEqual([403, '/problems/not-signed']);
  expect(await problem(signed({ tenantId: demoTenant('aurora').id }))).toEqual([404, '/problems/not-found']);
});

let sha256 = '';

beforeAll(async () => {
  // Any file of the store will do: no other tenant has this one.
  const body = await imageForm({ width: 333, height: 321 });
  sha256 = (await demand(201, '/v1/media', { as: 'martina.borgoverde', method: 'POST', body })).body.sha256;
});

/** What only the system itself can make: it alone has the key. */
function signed({ tenantId = demoTenant('borgoverde').id, expiresAt = Date.now() + 60_000 } = {}): string {
  return signedPictureUrl(readApiConfig(programVariables(testStack())).media, { tenantId, sha256, expiresAt });
}

async function problem(url: string): Promise<[number, unknown]> {
  const answer = await fetch(url);
  return [answer.status, ((await answer.json()) as { type: unknown }).type];
}

function replace(address: URL, part: string, by: string): void {
  expect(address.pathname).toContain(part);
  address.pathname = address.pathname.replace(part, by);
}
