import { createRequire } from 'node:module';
import { AuthClient, RestliClient } from 'linkedin-api-client';
import { expect, onTestFinished, test } from 'vitest';
import { answerConsentPage } from '../../../dev/consent.ts';
import { seedApp } from '../../../simulators/seed.ts';
import { film } from '../support/films.ts';
import { image } from '../support/images.ts';
import { author, linkedinAs, memberOf, organizationOf, plainPost } from '../support/linkedin.ts';

type Axios = RestliClient['axiosInstance'];

const versionString = new Date().toISOString().slice(0, 7).replace('-', '');
const accessToken = organizationOf.aurora.accessToken;

test("LinkedIn's own client publishes, reads, lists, edits and deletes a post", async () => {
  const { client, published, upload } = await peer();
  const { urn } = await upload(await image('jpeg'));
  const created = await client.create({
    resourcePath: '/posts',
    entity: { ...plainPost('Ciao dal client di LinkedIn'), content: { media: { id: urn } } },
    accessToken,
    versionString,
  });
  expect(created.status).toBe(201);
  const id = created.createdEntityId as string;
  expect(id).toMatch(/^urn:li:share:\d+$/);

  // The client writes the URN into the path percent-encoded.
  const one = { resourcePath: '/posts/{id}', pathKeys: { id }, accessToken, versionString };
  expect((await client.get(one)).data).toMatchObject({ id, author, commentary: 'Ciao dal client di LinkedIn' });
  const listed = await client.finder({
    resourcePath: '/posts',
    finderName: 'author',
    queryParams: { author, sortBy: 'CREATED', count: 10 },
    accessToken,
    versionString,
  });
  expect(listed.data.elements).toMatchObject([{ id }]);
  expect(listed.data.paging).toMatchObject({ total: 1 });

  const edited = await client.partialUpdate({ ...one, patchSetObject: { commentary: 'Corretto' } });
  expect(edited.status).toBe(204);
  expect(await published()).toMatchObject([{ id, text: 'Corretto' }]);
  expect((await client.delete(one)).status).toBe(204);
  await expect(client.get(one)).rejects.toMatchObject({ response: { status: 404 } });
});

test("LinkedIn's own client starts an upload by action and reads the image by its URN", async () => {
  const { client } = await peer();
  const { data } = await client.action({
    resourcePath: '/images',
    actionName: 'initializeUpload',
    data: { initializeUploadRequest: { owner: author } },
    accessToken,
    versionString,
  });
  const value = data.value as unknown as { image: string; uploadUrl: string };
  expect(value.image).toMatch(/^urn:li:image:/);
  const read = await client.get({
    resourcePath: '/images/{urn}',
    pathKeys: { urn: value.image },
    accessToken,
    versionString,
  });
  expect(read.data).toMatchObject({ status: 'WAITING_UPLOAD', owner: author });
});

test("LinkedIn's own client uploads a film in pieces and a document, and shows them", async () => {
  const { client, call } = await peer();
  const act = async (resourcePath: string, actionName: string, data: object) =>
    (await client.action({ resourcePath, actionName, data, accessToken, versionString })).data.value as never;
  const show = (content: object) =>
    client.create({
      resourcePath: '/posts',
      entity: { ...plainPost('Guardate'), content },
      accessToken,
      versionString,
    });
  const read = (resourcePath: string, urn: string) =>
    client.get({ resourcePath, pathKeys: { urn }, accessToken, versionString }).then(({ data }) => data);

  const bytes = await film();
  const begun: { video: string; uploadInstructions: { uploadUrl: string }[] } = await act(
    '/videos',
    'initializeUpload',
    {
      initializeUploadRequest: { owner: author, fileSizeBytes: bytes.byteLength },
    },
  );
  const put = await call(begun.uploadInstructions[0]?.uploadUrl ?? '', { method: 'PUT', bytes });
  expect(await read('/videos/{urn}', begun.video)).toMatchObject({ owner: author, status: 'WAITING_UPLOAD' });
  const uploadedPartIds = [(put.headers.get('etag') ?? '').replaceAll('"', '')];
  await act('/videos', 'finalizeUpload', {
    finalizeUploadRequest: { video: begun.video, uploadToken: '', uploadedPartIds },
  });
  await expect.poll(() => read('/videos/{urn}', begun.video)).toMatchObject({ status: 'AVAILABLE' });
  expect((await show({ media: { id: begun.video, title: 'Il forno' } })).status).toBe(201);

  const paper: { document: string; uploadUrl: string } = await act('/documents', 'initializeUpload', {
    initializeUploadRequest: { owner: author },
  });
  await call(paper.uploadUrl, { method: 'PUT', bytes: Buffer.from('%PDF-1.7') });
  await expect.poll(() => read('/documents/{urn}', paper.document)).toMatchObject({ status: 'AVAILABLE' });
  expect((await show({ media: { id: paper.document, title: 'Listino' } })).status).toBe(201);
});

test("LinkedIn's own client gets LinkedIn's errors", async () => {
  const { client } = await peer();
  const create = (commentary: string, token = accessToken, version = versionString) =>
    client.create({
      resourcePath: '/posts',
      entity: plainPost(commentary),
      accessToken: token,
      versionString: version,
    });
  const failing = (status: number, code: string) => ({ response: { status, data: { code } } });
  await create('Una volta');
  await expect(create('Una volta')).rejects.toMatchObject({
    response: { status: 422, data: { errorDetails: { inputErrors: [{ code: 'DUPLICATE_POST' }] } } },
  });
  await expect(create('x', 'AQX-nobody')).rejects.toMatchObject(failing(401, 'INVALID_ACCESS_TOKEN'));
  await expect(create('x', accessToken, '202001')).rejects.toMatchObject(failing(426, 'NONEXISTENT_VERSION'));
  await expect(create('x', organizationOf.lariana.accessToken)).rejects.toMatchObject(failing(403, 'ACCESS_DENIED'));
});

test("LinkedIn's own client trades a code and a refresh token, and lists what they reach", async () => {
  const { client, auth } = await peer();
  const granted = await auth.exchangeAuthCodeForAccessToken(memberOf.aurora.code);
  const refreshed = await auth.exchangeRefreshTokenForAccessToken(granted.refresh_token ?? '');
  // It hands out the whole answer, whatever its types say.
  const introspected = await auth.introspectAccessToken(refreshed.access_token);
  expect(introspected).toMatchObject({ data: { active: true, status: 'active' } });
  const acls = await client.finder({
    resourcePath: '/organizationAcls',
    finderName: 'roleAssignee',
    queryParams: { state: 'APPROVED' },
    accessToken: refreshed.access_token,
    versionString,
  });
  expect(acls.data.elements).toMatchObject([{ organization: author }, {}, { role: 'ANALYST' }]);
  await expect(auth.exchangeRefreshTokenForAccessToken('AQW-nobody')).rejects.toMatchObject({
    response: { status: 400, data: { error: 'invalid_grant' } },
  });
});

test("LinkedIn's own auth client sends people to the consent page and lives on what they grant", async () => {
  const { auth, simulator, control } = await peer();
  const shown = auth.generateMemberAuthorizationUrl(['r_basicprofile', 'rw_organization_admin'], 'state-1');
  const consentUrl = shown.replace('https://www.linkedin.com', simulator.url);
  const denied = await answerConsentPage(consentUrl, { deny: true });
  expect(denied.searchParams.get('error')).toBe('user_cancelled_authorize');
  const back = await answerConsentPage(consentUrl);
  expect(back.searchParams.get('state')).toBe('state-1');

  const granted = await auth.exchangeAuthCodeForAccessToken(back.searchParams.get('code') ?? '');
  expect(granted).toMatchObject({ scope: 'r_basicprofile,rw_organization_admin', expires_in: 60 * 86_400 });
  const refreshed = await auth.exchangeRefreshTokenForAccessToken(granted.refresh_token ?? '');
  expect(refreshed.refresh_token).toBe(granted.refresh_token);
  expect(refreshed.refresh_token_expires_in).toBeLessThanOrEqual(365 * 86_400);
  const introspect = () => auth.introspectAccessToken(refreshed.access_token);
  expect(await introspect()).toMatchObject({ data: { active: true, scope: 'r_basicprofile,rw_organization_admin' } });

  await control(`/people/${memberOf.aurora.externalId}/revoke`, { method: 'POST' });
  expect(await introspect()).toMatchObject({ data: { active: false, status: 'revoked' } });
  await expect(auth.exchangeRefreshTokenForAccessToken(granted.refresh_token ?? '')).rejects.toMatchObject({
    response: { status: 400, data: { error: 'invalid_grant' } },
  });
});

/** LinkedIn's clients, led to a simulator. */
async function peer() {
  const linkedin = await linkedinAs();
  const client = new RestliClient();
  redirect(client.axiosInstance, linkedin.simulator.url);
  // The auth client speaks through axios itself.
  const axios = createRequire(import.meta.resolve('linkedin-api-client'))('axios') as Axios;
  const interceptor = redirect(axios, linkedin.simulator.url);
  onTestFinished(() => axios.interceptors.request.eject(interceptor));
  const { clientId, clientSecret } = seedApp.linkedin;
  const auth = new AuthClient({ clientId, clientSecret, redirectUrl: 'http://localhost:9/back' });
  return { ...linkedin, client, auth };
}

function redirect(axios: Axios, url: string): number {
  return axios.interceptors.request.use((request) => {
    request.url = (request.url ?? '').replace(/^https:\/\/(api|www)\.linkedin\.com/, url);
    return request;
  });
}
