import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { connectionId } from '../../dev/seed-tenant.ts';
import { seedTenants } from '../../simulators/seed.ts';
import { programVariables } from '../../dev/environment.ts';
import { demoTenant } from '../../dev/demo-data.ts';
import { testStack } from '../../dev/stack.ts';
import { keepPicture } from '../../src/activities/connection-picture.ts';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import { openChannels } from '../../src/channels/open.ts';
import { openPictureFetcher } from '../../src/channels/picture.ts';
import { connect } from '../../src/db/connect.ts';
import { tellOutgoingPosts } from '../../src/db/connection.ts';
import type { Database } from '../../src/db/schema.ts';
import type { PostId, TenantId } from '../../src/domain/ids.ts';
import { readApiConfig } from '../../src/platform/config.ts';
import { openStorage } from '../../src/platform/storage/open.ts';
import { calmNetworks, published, resetNetworks } from '../support/fault-networks.ts';
import { eventually, until } from '../support/fault-wait.ts';
import { demand } from '../support/running-api.ts';
import { inDemoTenant } from '../support/stack-database.ts';

test('what a worker holds for a page does not go out once that was disconnected, and goes out once it is connected again', async () => {
  const slot = Date.now() + 20_000;
  const { id, text } = await scheduled(slot);
  const grant = await storedGrant();
  await eventually('armed', () => isArmed(id), { withinMs: 15_000 });
  await demand(200, `/v1/connections/${page}/disconnect`, { as: giulia, method: 'POST' });
  expect(Date.now()).toBeLessThan(slot);
  await until(slot + 3_000);
  const parked = await eventually('parked', () => targetOf(id, 'parked'), { withinMs: 10_000 });
  expect(parked.reason?.code).toBe('grant_gone');
  expect((await published()).filter((post) => post.text === text)).toEqual([]);
  const { body } = await demand(200, `/v1/connections/${page}`, { as: giulia });
  expect(body.parked.items).toContainEqual(expect.objectContaining({ postId: id }));
  await connectAgain(grant);
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
const page = pageOfAurora();
let taken: Grant | null = null;

type Grant = Selectable<Database['connection_secret']>;

beforeEach(resetNetworks);
afterEach(async () => {
  if (taken !== null) await connectAgain(taken);
});
afterAll(calmNetworks);

function pageOfAurora() {
  const found = seedTenants.find(({ slug }) => slug === 'aurora')?.facebook[0];
  if (found === undefined) throw new Error('aurora has no page on Facebook');
  return connectionId(found);
}

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

/** What the page lives by, kept aside so that it can be given back. */
async function storedGrant(): Promise<Grant> {
  const grant = await inDemoTenant('aurora', (trx) =>
    trx.selectFrom('connection_secret').selectAll().where('connection_id', '=', page).executeTakeFirstOrThrow(),
  );
  taken = grant;
  return grant;
}

/** As a new consent would: the same page, a grant, and word to what waits. */
async function connectAgain(grant: Grant): Promise<void> {
  taken = null;
  await inDemoTenant('aurora', async (trx) => {
    const back = { state: 'connected', disconnected_at: null, disconnected_by: null, revocation: null } as const;
    await trx.updateTable('connection').set(back).where('id', '=', page).execute();
    await trx
      .insertInto('connection_secret')
      .values(grant)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const message = { kind: 'connection_repaired', connectionId: page, passed: 'now' } as const;
    await tellOutgoingPosts(trx, { tenantId, connectionId: page }, { message, now: new Date() });
  });
}
