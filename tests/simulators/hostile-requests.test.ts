import { expect, test } from 'vitest';
import { graphAs } from './support/graph.ts';
import type { Reply, Sent } from './support/http.ts';
import { linkedinAs } from './support/linkedin.ts';

const oddBodies: readonly Sent[] = [
  {},
  { json: null },
  { json: [] },
  { json: 'text' },
  { json: { message: { nested: [1] }, attached_media: 7, url: {}, image_url: [], creation_id: {}, access_token: 5 } },
  { json: { message: 'x', attached_media: [null, 'null', '{'] } },
  { json: { author: 1, commentary: {}, initializeUploadRequest: 4, patch: { $set: null } } },
  { form: { 'attached_media[a][b]': '1', 'message[]': 'x', fields: 'a{b{c,,}(' } },
  { form: { url: 'file:///etc/passwd', image_url: 'gopher://x', message: '\u0000' } },
  { bytes: Buffer.from('{"half":'), headers: { 'content-type': 'application/json' } },
  { bytes: Buffer.from([0xff, 0xfe, 0x00]), headers: { 'content-type': 'multipart/form-data' } },
];

const oddQueries = [
  '',
  '?fields=,,{',
  '?fields=a.b(c){d}',
  '?limit=-1',
  '?limit=x&after=%%%',
  '?since=never',
  '?after=AAAA',
  '?q=author&author=%E0%A4%A',
  '?q=author&author=urn%3Ali%3Aorganization%3A10100001&start=-3',
  '?q=roleAssignee&count=1.5',
  '?action=initializeUpload&action=twice',
];

test('nothing that a caller sends makes the Graph API answer 5xx', async () => {
  const { call, control, page, account } = await graphAs();
  const paths = [
    page,
    `${page}/feed`,
    `${page}/photos`,
    `${page}/published_posts`,
    `${account}/media`,
    '/',
    '/%E0%A4%A',
  ].concat([`${account}/media_publish`, '/me/accounts', '/oauth/access_token', '/debug_token', '/1_2', '/constructor']);
  const statuses = await knock(paths, call, 'POST');
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect((await control('/requests?state=processing')).body).toEqual([]);
});

test('nothing that a caller sends makes LinkedIn answer 5xx', async () => {
  const { call, control } = await linkedinAs();
  const paths = ['/rest/posts', '/rest/posts/urn%3Ali%3Ashare%3A1', '/rest/posts/a(b', '/rest/posts/%E0%A4%A', '/']
    .concat(['/rest/images', '/rest/images/x', '/rest/organizationAcls', '/rest/organizations/__proto__'])
    .concat(['/oauth/v2/accessToken', '/oauth/v2/introspectToken', '/dms-uploads/x/uploaded-image/0']);
  const statuses = await knock(paths, call, 'PUT');
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect((await control('/requests?state=processing')).body).toEqual([]);
});

test('nothing that a caller sends makes the control API answer 5xx', async () => {
  const { control } = await graphAs();
  const paths = [
    '/faults',
    '/release',
    '/tokens/x/revoke',
    '/settings',
    '/published',
    '/requests',
    '/faults/x',
    '/%E0%A4%A',
  ];
  const statuses = await knock(paths, (path, sent) => control(path, sent), 'DELETE');
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

async function knock(
  paths: readonly string[],
  call: (path: string, sent?: Sent) => Promise<Reply>,
  otherMethod: string,
): Promise<number[]> {
  const wanted = paths.flatMap((path) => [
    ...oddQueries.map((query) => ({ path: path + query, sent: {} })),
    ...oddBodies.map((sent) => ({ path, sent: { method: 'POST', ...sent } })),
    { path, sent: { method: otherMethod } },
  ]);
  const statuses: number[] = [];
  for (const { path, sent } of wanted) statuses.push((await call(path, sent)).status);
  return statuses;
}
