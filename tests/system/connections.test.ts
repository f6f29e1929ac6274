import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { connectionId } from '../../dev/seed-tenant.ts';
import { answerConsentPage } from '../../dev/consent.ts';
import { seedTenants } from '../../simulators/seed.ts';
import { programVariables } from '../../dev/environment.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { testStack } from '../../dev/stack.ts';
import { keepPicture } from '../../src/activities/connection-picture.ts';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import { openChannels } from '../../src/channels/open.ts';
import { openPictureFetcher } from '../../src/channels/picture.ts';
import { connect } from '../../src/db/connect.ts';
import type { Database } from '../../src/db/schema.ts';
import type { PostId, TenantId } from '../../src/domain/ids.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { openStorage } from '../../src/platform/storage/open.ts';
import { calmNetworks, published, resetNetworks } from '../support/fault-networks.ts';
import { eventually, until } from '../support/fault-wait.ts';
import { callRunning, demand } from '../support/running-api.ts';
import { inDemoTenant } from '../support/stack-database.ts';

test('what a worker holds for a page does not go out once that was disconnected, and goes out once it is connected again', async () => {
  const slot = Date.now() + 20_000;
  const { id, text } = await scheduled(slot);
  await keepGrant();
  await eventually('armed', () => isArmed(id), { withinMs: 15_000 });
  await demand(200, `/v1/connections/${page}/disconnect`, { as: giulia, method: 'POST' });
  expect(Date.now()).toBeLessThan(slot);
  await until(slot + 3_000);
  const parked = await eventually('parked', () => targetOf(id, 'parked'), { withinMs: 10_000 });
  expect(parked.reason?.code).toBe('grant_gone');
  expect((await published()).filter((post) => post.text === text)).toEqual([]);
  const { body } = await demand(200, `/v1/connections/${page}`, { as: giulia });
  expect(body.parked.items).toContainEqual(expect.objectContaining({ postId: id }));
  await connectAgain();
  await eventually('published', () => targetOf(id, 'published'), { withinMs: 30_000 });
  expect((await published()).filter((post) => post.text === text)).toHaveLength(1);
});

test('the picture that a page shows at its network is kept, and a card gives it from our own address', async () => {
  const config = readApiConfig(programVariables(testStack()));
  const { networks, media, masterKeys, database } = config;
  const { db } = connect(database.appUrl, { max: 1, onError: () => undefined, applicationName: 'test-picture' });
  const { connectors, close } = openChannels(networks, { clock: Date.now, observe: () => undefined });
  const pictures = openPictureFetcher({ allowPrivateTargets: networks.allowPrivateTargets, clock: Date.now });
  const dependencies = { db, connectors, pictures, storage: openStorage(media.store), masterKeys, clock: Date.now };
  const kept = await keepPicture(dependencies, { tenantId, connectionId: page }, AbortSignal.timeout(10_000));
  await Promise.all([pictures.close(), close(), db.destroy()]);
  expect(kept).toEqual({ kind: 'kept' });
  const { picture } = (await demand(200, `/v1/connections/${page}`, { as: giulia })).body;
  const fetched = await fetch(picture.url);
  const { format } = await sharp(Buffer.from(await fetched.arrayBuffer())).metadata();
  expect([fetched.headers.get('content-type'), format]).toEqual(['image/jpeg', 'jpeg']);
});

const [giulia, elena, marco] = ['giulia.aurora', 'elena.aurora', 'marco.aurora'];
const tenantId = demoTenant('aurora').id as TenantId;
const [aurora] = seedTenants;
const page = connectionId(aurora.facebook[0]);
let taken: Grant | null = null;

type Grant = Selectable<Database['connection_secret']>;

beforeEach(resetNetworks);
afterEach(async () => {
  if (taken !== null) await giveBack(taken);
});
afterAll(calmNetworks);

/** A post that has passed its review and waits for its slot. */
async function scheduled(slot: number): Promise<{ id: PostId; text: string }> {
  const text = `Apertura straordinaria (${randomUUID()})`;
  const json = { text, targets: [{ connectionId: page }], scheduledAt: new Date(slot).toISOString() };
  const { id } = (await demand(201, '/v1/posts', { as: elena, method: 'POST', json })).body;
  await demand(200, `/v1/posts/${id}/submit`, { as: elena, method: 'POST' });
  await demand(200, `/v1/posts/${id}/decisions`, { as: marco, method: 'POST', json: { verdict: 'approve' } });
  return { id, text };
}

function isArmed(postId: PostId): Promise<true | null> {
  return inDemoTenant('aurora', async (trx) => {
    const row = await trx
      .selectFrom('publish_attempt as attempt')
      .innerJoin('post_target as target', 'target.id', 'attempt.target_id')
      .select('attempt.n')
      .where('target.post_id', '=', postId)
      .where('attempt.state', '=', 'armed')
      .executeTakeFirst();
    return row === undefined ? null : true;
  });
}

async function targetOf(postId: string, state: string): Promise<PostView['targets'][number] | null> {
  const { targets } = (await demand(200, `/v1/posts/${postId}`, { as: elena })).body as PostView;
  return targets.find((target) => target.state === state) ?? null;
}

/** What the page lives by, kept aside: other tests of this stack know it by its seeded token. */
async function keepGrant(): Promise<void> {
  taken = await inDemoTenant('aurora', (trx) =>
    trx.selectFrom('connection_secret').selectAll().where('connection_id', '=', page).executeTakeFirstOrThrow(),
  );
}

/** By the network's consent page, once it has been told that the former grant is over. */
async function connectAgain(): Promise<void> {
  await eventually('revoked', async () => (await revocation()) !== 'pending' || null, { withinMs: 15_000 });
  const json = { network: 'facebook' };
  const begun = await demand(201, '/v1/connections/authorizations', { as: giulia, method: 'POST', json });
  const back = await answerConsentPage(begun.body.authorizationUrl, { person: aurora.metaPerson.externalId });
  await callRunning(back.pathname + back.search, { as: null });
  await demand(200, `/v1/connections/authorizations/${begun.body.id}/selection`, {
    as: giulia,
    method: 'POST',
    json: { externalIds: [aurora.facebook[0].externalId] },
  });
}

function revocation(): Promise<string | null> {
  return inDemoTenant('aurora', async (trx) => {
    const row = await trx.selectFrom('connection').select('revocation').where('id', '=', page).executeTakeFirst();
    return row?.revocation ?? null;
  });
}

/** The seeded grant again, at the network and here. */
async function giveBack(grant: Grant): Promise<void> {
  taken = null;
  await resetNetworks();
  await inDemoTenant('aurora', async (trx) => {
    const back = { state: 'connected', disconnected_at: null, disconnected_by: null, revocation: null } as const;
    await trx.updateTable('connection').set(back).where('id', '=', page).execute();
    const { access_token, refresh_token, expires_at } = grant;
    await trx
      .insertInto('connection_secret')
      .values(grant)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'connection_id']).doUpdateSet((eb) => ({
          access_token,
          refresh_token,
          expires_at,
          token_version: eb('connection_secret.token_version', '+', 1),
        })),
      )
      .execute();
  });
}
