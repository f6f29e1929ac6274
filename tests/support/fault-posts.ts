import { randomUUID } from 'node:crypto';
import { demoTenant } from '../../dev/demo-data.ts';
import { connectionId } from '../../dev/seed-tenant.ts';
import { seedTenants } from '../../simulators/seed.ts';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import { type PublishingNetwork, publishingNetworks } from '../../src/domain/network.ts';
import type { AttemptState } from '../../src/domain/publication.ts';
import { caller, expected } from './fault-api.ts';
import { attemptsOf } from './fault-database.ts';
import { type FileName, fileNamed, type Shape } from './fault-shapes.ts';
import { eventually } from './fault-wait.ts';

/** A page that a post of a story goes to. */
interface StoryPage {
  readonly network: PublishingNetwork;
  /** The network's own id of it. */
  readonly externalId: string;
  readonly connectionId: string;
}

/** A post that a test follows from its draft to the networks. */
export interface Story {
  readonly id: string;
  readonly tenantId: string;
  /** Like no other post's. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly scheduledAt: number;
  readonly createdAt: number;
  readonly pages: readonly StoryPage[];
  /** What it shows, and with which request it is published, where it is more than one picture. */
  readonly shape: Shape | null;
}

interface Draft {
  /** When it is due, from now. */
  readonly dueInMs: number;
  readonly on?: readonly PublishingNetwork[];
  /** Something else than one picture, on its own network. */
  readonly shape?: Shape;
}

const slug = 'aurora';
export const editor = caller('elena.aurora');
const reviewer = caller('marco.aurora');

/** A post with an image that has been approved and waits for its instant. */
export async function scheduledPost(draft: Draft): Promise<Story> {
  const story = await submittedPost(draft);
  await approve(story);
  return story;
}

/** A post with an image that waits for its approval. */
export async function submittedPost(draft: Draft): Promise<Story> {
  const story = await draftedPost(draft);
  expected(await editor.post(`/v1/posts/${story.id}/submit`), 200);
  return story;
}

/** A draft with an image and a slot. */
export async function draftedPost({ dueInMs, shape, on = publishingNetworks }: Draft): Promise<Story> {
  const mediaIds = shape === undefined ? [await fileCalled('square.jpg')] : await filesOf(shape);
  const createdAt = Date.now();
  const scheduledAt = createdAt + dueInMs;
  const text = `Apertura straordinaria, fino alle 22 (${randomUUID()})`;
  const pages = (shape === undefined ? on : [shape.network]).map(pageOn);
  const answer = await editor.post('/v1/posts', {
    text,
    mediaIds,
    scheduledAt: new Date(scheduledAt).toISOString(),
    targets: pages.map((page) => ({ connectionId: page.connectionId, format: shape?.format ?? 'feed' })),
  });
  const { id } = expected<PostView>(answer, 201);
  const story = { id, tenantId: demoTenant(slug).id, text, scheduledAt, createdAt, pages, shape: shape ?? null };
  told.push(story);
  return story;
}

const told: Story[] = [];

/** Makes the connections of these stories work again, whatever refused them; what they had parked goes on. */
export async function repairConnections(): Promise<void> {
  for (const { connectionId } of publishingNetworks.map(pageOn)) {
    const { state } = expected<{ state: string }>(await editor.get(`/v1/connections/${connectionId}`), 200);
    if (state !== 'connected') expected(await editor.command(`/v1/connections/${connectionId}/check`), 200);
  }
}

/** Cancels what still waits for its instant and sees the rest out, so that no post of one test goes out in the next. */
export async function endStories(): Promise<void> {
  for (const story of told.splice(0)) {
    if (settled.has((await readPost(story)).status)) continue;
    await editor.command(`/v1/posts/${story.id}/cancel`);
    const { targets } = await untilPost(story, 'settled or stuck', {
      holds: ({ status, attention }) => settled.has(status) || attention,
      withinMs: 30_000,
    });
    for (const { id, state } of targets) if (state === 'unconfirmed') await giveUp(story, id);
    await untilPost(story, 'settled', { holds: ({ status }) => settled.has(status), withinMs: 30_000 });
  }
}

async function giveUp({ id }: Story, targetId: string): Promise<void> {
  const resolution = { kind: 'give_up' };
  expected(await editor.command(`/v1/posts/${id}/targets/${targetId}/resolve`, { resolution }), 200);
}

const settled: ReadonlySet<PostView['status']> = new Set(['published', 'partially_published', 'failed', 'cancelled']);

/** The reviewer's yes. */
export async function approve({ id }: Story): Promise<void> {
  expected(await reviewer.command(`/v1/posts/${id}/decisions`, { verdict: 'approve' }), 200);
}

export async function readPost({ id }: Story): Promise<PostView> {
  return expected<PostView>(await editor.get(`/v1/posts/${id}`), 200);
}

/** Waits until the API shows the post as `holds` wants it. */
export async function untilPost(
  story: Story,
  what: string,
  { holds, withinMs }: { holds: (post: PostView) => boolean; withinMs: number },
): Promise<PostView> {
  let last: PostView | null = null;
  try {
    return await eventually(
      what,
      async () => {
        last = await readPost(story);
        return holds(last) ? last : null;
      },
      { withinMs },
    );
  } catch (error) {
    throw new Error(`the post never came to "${what}"; it is ${JSON.stringify(last && brief(last))}`, { cause: error });
  }
}

/** Waits until the post is published everywhere. */
export const untilPublished = (story: Story, withinMs = 60_000): Promise<PostView> =>
  untilPost(story, 'published', { holds: ({ status }) => status === 'published', withinMs });

/** Waits until every target has an attempt that is in one of these states. */
export async function untilAttempts(story: Story, states: readonly AttemptState[], withinMs = 30_000): Promise<void> {
  await eventually(
    `every attempt ${states.join(' or ')}`,
    async () => {
      const rows = await attemptsOf(story);
      const reached = story.pages.every(({ network }) =>
        states.includes(rows.findLast((row) => row.network === network)?.state ?? 'released'),
      );
      return reached ? rows : null;
    },
    { withinMs },
  );
}

/** A state of one network's target, as the API shows it. */
export function targetOn(post: PostView, network: PublishingNetwork): PostView['targets'][number] {
  const target = post.targets.find(({ connection }) => connection.network === network);
  if (target === undefined) throw new Error(`the post has no target on ${network}`);
  return target;
}

/** The page on which these stories play, on one network. */
export function pageOn(network: PublishingNetwork): StoryPage {
  const page = seedTenants.find((candidate) => candidate.slug === slug)?.[network][0];
  if (page === undefined) throw new Error(`${slug} has no page on ${network}`);
  return { network, externalId: page.externalId, connectionId: connectionId(page) };
}

const uploads = new Map<string, string>();

/** One after the other: a test that is slow to begin is no worse for it. */
async function filesOf({ files }: Shape): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of files) ids.push(await fileCalled(name));
  return ids;
}

/** One upload of each file for all posts of a test file; the stack's database outlives every fault. */
async function fileCalled(name: FileName): Promise<string> {
  const known = uploads.get(name);
  if (known !== undefined) return known;
  const { id } = expected<{ id: string }>(await editor.upload('/v1/media', new Uint8Array(await fileNamed(name))), 201);
  uploads.set(name, id);
  return id;
}

function brief({ status, targets, timeline }: PostView) {
  return {
    status,
    targets: targets.map(({ connection, state, reason }) => [connection.network, state, reason?.code ?? null]),
    timeline: timeline.map(({ at, code }) => `${at} ${code}`),
  };
}
