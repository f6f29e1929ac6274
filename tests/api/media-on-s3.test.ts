import { createHash } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { film, largeFilm } from '../support/films.ts';
import { fetchSigned, fileForm, hereOf } from '../support/media-files.ts';
import { openS3Storage } from '../support/s3-storage.ts';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';
import { sendFilm } from '../support/tus-client.ts';

test('an image and its renditions lie in the bucket, under their tenant and their hash', async () => {
  const id = await uploadImage(tenantApi(), { width: 600, height: 600 });
  const { body } = await tenantApi().as('elena', 'GET', `/v1/media/${id}`);
  const fetched = await fetchSigned(tenantApi(), body.urls.original.url);
  expect(sha256(fetched.bytes)).toBe(body.sha256);
  const keys = await s3.keys();
  expect(keys).toContain(`${tenantApi().tenant.id}/${body.sha256.slice(0, 2)}/${body.sha256}`);
  expect(keys.filter((key) => key.startsWith(tenantApi().tenant.id))).toHaveLength(3);
});

test('a film that was interrupted is joined from its pieces, and nothing of them stays', async () => {
  const bytes = 19_000_001;
  const sending = { endpoint: `${tenantApi().api.url}/v1/uploads`, token: token(), bytes };
  const first = await sendFilm({ ...sending, hangUpAt: (byte) => byte > 10_000_000 });
  expect(first.hungUp).toBe(true);
  await sendFilm({ ...sending, uploadUrl: first.url, retryDelaysMs: [300, 300, 300] });
  const path = `${new URL(first.url).pathname}/media`;
  const { status, body } = await tenantApi().as('elena', 'POST', path, {});
  expect(status).toBe(201);
  const whole = Buffer.concat(await Array.fromAsync(largeFilm(bytes)));
  expect(body).toMatchObject({ kind: 'video', bytes, sha256: sha256(whole) });
  expect((await s3.keys()).filter((key) => /^(incoming|pieces)\//.test(key))).toEqual([]);
  const part = await fetch(hereOf(tenantApi(), body.urls.original.url), {
    headers: { range: 'bytes=8388600-8388620' },
  });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(8_388_600, 8_388_621))).toBe(true);
});

test('what is refused leaves nothing in the bucket', async () => {
  const before = await s3.keys();
  const half = new Uint8Array((await film('h264-aac.mp4')).subarray(0, 5_000));
  const refused = await tenantApi().as('elena', 'POST', '/v1/media', undefined, { body: fileForm(half, 'film.mp4') });
  expect(refused.status).toBe(422);
  expect(await s3.keys()).toEqual(before);
});

const s3 = await openS3Storage();
afterAll(() => s3.close());
const tenantApi = useTenantApi({ storage: s3.storage });

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

function token(): string {
  const { tenant } = tenantApi();
  return Buffer.from(JSON.stringify({ subject: tenant.people.elena, tenants: [tenant] })).toString('base64url');
}
