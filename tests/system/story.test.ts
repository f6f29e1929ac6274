import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoUsers } from '../../dev/demo-data.ts';
import { connectionId } from '../../dev/seed-tenant.ts';
import { testStack } from '../../dev/stack.ts';
import { seedTenants } from '../../simulators/seed.ts';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import { publishingNetworks } from '../../src/domain/network.ts';
import { calmNetworks, published, publishCall, requests, resetNetworks } from '../support/fault-networks.ts';
import { eventually } from '../support/fault-wait.ts';
import { historyText, withTemporal } from '../support/histories.ts';
import { callRunning, demand } from '../support/running-api.ts';
import { imageForm } from '../support/tenant-api.ts';
import { userToken } from '../support/tokens.ts';

test('an unfinished draft is saved, and says what each network will not take', async () => {
  const draft = await save({ text: firstText, targets: pages.map((page) => ({ connectionId: page.id })) });
  expect(draft.status).toBe('draft');
  expect(draft.violations.map(({ target, field, rule }) => [networkOf(target), field, rule])).toEqual([
    ['instagram', 'text', 'max_text_length'],
    ['instagram', 'mediaIds', 'min_media'],
  ]);
  post = draft;
});

test('submitting it is refused with all of them, and starts nothing', async () => {
  const refused = await callRunning(`/v1/posts/${post.id}/submit`, { as: elena, method: 'POST' });
  expect([refused.status, refused.body.type]).toEqual([422, '/problems/not-publishable']);
  expect(refused.body.violations).toEqual(post.violations);
  expect(await readAs(olivia)).toMatchObject({ status: 'draft', run: null });
});

test('with an image and a shorter text nothing stands in its way; it is in review, on the reviewer’s list', async () => {
  const media = await demand(201, '/v1/media', { as: elena, method: 'POST', body: await imageForm({ altText }) });
  await edit({ text: secondText, mediaIds: [media.body.id] });
  expect(post.violations).toEqual([]);
  await command(elena, 'submit');
  expect(post.status).toBe('in_review');
  approvals.push(post.approval?.id ?? '');
  const { items } = (await demand(200, '/v1/approvals?assignee=me&outcome=open', { as: marco })).body;
  expect(items.map((item: { post: { id: string } }) => item.post.id)).toContain(post.id);
});

test('the reviewer asks for changes, the editor makes them and submits again, the reviewer approves', async () => {
  await command(marco, 'decisions', { verdict: 'request_changes', comment });
  expect(post).toMatchObject({ status: 'changes_requested', approval: { votes: [{ comment }] } });
  await edit({ text: finalText });
  await command(elena, 'submit');
  approvals.push(post.approval?.id ?? '');
  await command(marco, 'decisions', { verdict: 'approve', contentHash: post.contentHash });
  expect(post).toMatchObject({ status: 'approved', revision: 3, scheduledAt: null });
  expect(await networkPosts()).toEqual([]);
});

test('it is scheduled, and at its instant published on all three publishingNetworks, once each and never early', async () => {
  const scheduledAt = Date.now() + leadMs;
  await command(elena, 'schedule', { scheduledAt: new Date(scheduledAt).toISOString() });
  expect(post.status).toBe('scheduled');
  await eventually('published', async () => ((await readAs(elena)).status === 'published' ? true : null), {
    withinMs: leadMs + patienceMs,
  });
  post = await readAs(elena);
  const found = await networkPosts();
  expect(found.map(({ network, account, media }) => [network, account, media.length])).toEqual(
    pages.map(({ network, externalId }) => [network, externalId, 1]),
  );
  const calls = await Promise.all(
    publishingNetworks.map((network) => requests(network, { operation: publishCall[network], since: startedAt })),
  );
  expect(calls.map((list) => list.length)).toEqual([1, 1, 1]);
  expect(calls.flat().filter(({ receivedAt }) => receivedAt < scheduledAt)).toEqual([]);
});

test('each target has its permalink, under which everybody can see the post', async () => {
  const found = await networkPosts();
  for (const target of post.targets) {
    expect(target).toMatchObject({ state: 'published', reason: null, publishedAt: expect.any(String) });
    const shownAt = found.find(({ network }) => network === target.connection.network)?.permalink.split('#')[0];
    const page = await fetch(String(target.permalink));
    expect([page.status, page.url, await page.text()]).toEqual([200, shownAt, expect.stringContaining(mark)]);
  }
});

test('then it is too late to cancel it, and the answer says since when', async () => {
  const { status, body } = await callRunning(`/v1/posts/${post.id}/cancel`, { as: elena, method: 'POST' });
  expect([status, body.type]).toEqual([409, '/problems/too-late']);
  expect(Date.parse(body.at)).toBeGreaterThanOrEqual(Date.parse(String(post.scheduledAt)));
  expect(await readAs(elena)).toEqual(post);
});

test('its timeline tells all of that, in its order', () => {
  // Who votes at once may be recorded before the approvers have been asked.
  const timeline = post.timeline.filter(({ code }) => code !== 'approval.requested');
  expect(post.timeline.length - timeline.length).toBe(2);
  expect(inOrder(timeline.filter(({ code }) => !code.startsWith('target.')))).toEqual([
    'post.created',
    'post.edited',
    'post.submitted',
    'approval.vote',
    'post.changes_requested',
    'post.edited',
    'post.submitted',
    'approval.vote',
    'post.approved',
    'post.scheduled',
    'post.publishing',
    'post.published',
  ]);
  for (const { connection } of post.targets) {
    const steps = timeline.filter(({ data }) => data['connectionId'] === connection.id);
    expect(inOrder(steps)).toEqual(['target.sending', 'target.published']);
  }
  expect(timeline.length).toBe(12 + 2 * post.targets.length);
  expect(timeline.at(-1)?.code).toBe('post.published');
  expect(timeline.filter(({ actor }) => actor.name !== null).map(({ sentence }) => sentence)).toEqual([
    'Elena Conti wrote the draft.',
    'Elena Conti changed the post.',
    'Elena Conti submitted the post.',
    'Marco Galli asked for changes.',
    'The post went back to its author for changes.',
    'Elena Conti changed the post.',
    'Elena Conti submitted the post.',
    'Marco Galli approved the post.',
    'The post was approved.',
    expect.stringContaining('scheduled'),
  ]);
});

test('the vendor’s operators are led to its run in the Temporal UI; nobody else is', async () => {
  const { run } = await readAs(olivia);
  expect(run?.workflowId).toMatch(new RegExp(`^tenant/[0-9a-f-]+/post/${post.id}/2$`));
  expect((await fetch(String(run?.url))).status).toBe(200);
  for (const person of [elena, marco, 'giulia.aurora']) expect((await readAs(person)).run).toBeNull();
});

test('the histories of its runs hold no text, no comment, no name, no address and no token', async () => {
  const runs = [1, 2].map((n) => `tenant/${tenantId}/post/${post.id}/${n}`);
  const reviews = approvals.map((id) => `tenant/${tenantId}/approval/${id}`);
  expect(reviews.length).toBe(2);
  await withTemporal(async (client) => {
    for (const workflowId of [...runs, ...reviews]) {
      const text = await historyText(client, workflowId);
      expect(text).toContain(post.id);
      expect(found(text, await secrets()), workflowId).toEqual([]);
    }
  });
});

test.each(['api', 'worker'])('neither does the log of the %s', async (program) => {
  const log = readFileSync(join(testStack().runDir, 'logs', `${program}.log`), 'utf8');
  expect(log.length).toBeGreaterThan(0);
  expect(found(log, await secrets())).toEqual([]);
});

const [elena, marco, olivia] = ['elena.aurora', 'marco.aurora', 'olivia.operatrice'];
const mark = randomUUID();
const firstText = `Sapori d’autunno, bozza ${mark} ${'x'.repeat(2_200)}`;
const secondText = `Sapori d’autunno, senza orario ${mark}`;
const finalText = `Sapori d’autunno (zucca & castagne), aperti dalle 8 alle 20 ${mark}`;
const altText = `Una zucca ${mark}`;
const comment = `Aggiungi l’orario di apertura ${mark}`;
/** How long before its instant the post is scheduled: enough to prepare it. */
const leadMs = 12_000;
const patienceMs = 60_000;
const startedAt = Date.now();

const aurora = seedTenants.find(({ slug }) => slug === 'aurora');
const pages = publishingNetworks.map((network) => {
  const page = aurora?.[network][0];
  if (page === undefined) throw new Error(`aurora has no page on ${network}`);
  return { ...page, network, id: connectionId(page) };
});

let post: PostView;
let tenantId: string;
const approvals: string[] = [];

beforeAll(async () => {
  await resetNetworks();
  tenantId = (await demand(200, '/v1/me', { as: elena })).body.tenant.id;
});

afterAll(calmNetworks);

async function save(json: object): Promise<PostView> {
  return (await demand(201, '/v1/posts', { as: elena, method: 'POST', json })).body;
}

async function edit(json: object): Promise<void> {
  const headers = { 'if-match': `"${post.version}"` };
  post = (await demand(200, `/v1/posts/${post.id}`, { as: elena, method: 'PATCH', json, headers })).body;
}

async function command(as: string, name: string, json?: object): Promise<void> {
  await demand(200, `/v1/posts/${post.id}/${name}`, { as, method: 'POST', ...(json === undefined ? {} : { json }) });
  post = await readAs(elena);
}

async function readAs(as: string): Promise<PostView> {
  return (await demand(200, `/v1/posts/${post.id}`, { as, headers: { 'chorally-tenant': 'aurora' } })).body;
}

function networkOf(target: string | null): string | null {
  return pages.find(({ id }) => id === target)?.network ?? null;
}

/** The codes of entries that are shown in the order of their instants. */
function inOrder(entries: PostView['timeline']): string[] {
  expect(entries).toEqual(entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)));
  return entries.map(({ code }) => code);
}

/** What the networks show of this story. */
async function networkPosts() {
  const posts = await published();
  return posts
    .filter(({ text }) => text.includes(mark))
    .toSorted((a, b) => publishingNetworks.indexOf(a.network) - publishingNetworks.indexOf(b.network));
}

/** What belongs to Postgres, the networks and the token's holder alone. */
async function secrets(): Promise<string[]> {
  const texts = [mark, secondText, finalText, altText, comment, 'Sapori d’autunno', 'orario di apertura'];
  const people = demoUsers.flatMap(({ username, firstName, lastName, email }) => [
    username,
    `${firstName} ${lastName}`,
    email,
  ]);
  const tokens = await Promise.all(
    [elena, marco, olivia].map(async (name) => String((await userToken(name)).split('.')[2])),
  );
  const grants = pages.map(({ accessToken }) => accessToken);
  return [...texts, ...people, ...tokens, ...grants];
}

const found = (text: string, words: readonly string[]): string[] => words.filter((word) => text.includes(word));
