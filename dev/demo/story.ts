import type { Environment } from '../environment-file.ts';
import { logIn, type Person } from './api-client.ts';
import { type CampaignCast, playCampaign, type WorkerSwitch } from './campaigns.ts';
import { playConnections } from './connections.ts';
import type { Narrator } from './narrator.ts';
import { posterPng } from './picture.ts';
import { published, type Page, theThreePages } from './pages.ts';
import { choosePolicy, type Colleague, colleagues } from './policy.ts';
import { until } from './posts.ts';
import { addressOf, review } from './review.ts';
import { type Post, postView, previewView } from './views.ts';

const leadMs = 75_000;
const publicationLimitMs = 60_000;

/**
 * Plays one post from its draft to its publication on three networks, two networks from their consent to their
 * disconnection, and a campaign from its contacts to its answers, over HTTP, with real tokens.
 */
export async function playStory(environment: Environment, worker: WorkerSwitch, say: Narrator): Promise<void> {
  say.chapter('1. Elena Conti, editor at Mercato Aurora, drafts a post with an image');
  const elena = await logIn(environment, 'elena.aurora', 'aurora');
  const pages = await theThreePages(elena, say);
  const postId = await draft(elena, pages, say);

  say.chapter('2. The draft breaks a network’s limits, and Elena puts it right');
  await fixViolations(elena, postId, pages, say);

  say.chapter('3. Giulia Ferri, who administers the tenant, chooses how posts are approved');
  const giulia = await logIn(environment, 'giulia.aurora', 'aurora');
  const { giuliaUser, marcoUser, saraUser, paoloUser } = await theColleagues(giulia, say);
  const restorePolicy = await choosePolicy(giulia, { reviewer: marcoUser, fallback: paoloUser }, say);
  try {
    say.chapter(
      '4. Marco Galli asks for changes; nobody votes; Marco is reminded, delegates to Sara, and she approves',
    );
    const marco = await logIn(environment, 'marco.aurora', 'aurora');
    const sara = await logIn(environment, 'sara.aurora', 'aurora');
    const people = { marco: marcoUser, sara: saraUser };
    await review({ environment, postId, elena, marco, sara, people, say });
  } finally {
    await restorePolicy();
  }

  say.chapter('5. Elena looks at what readers will see, and schedules it');
  await preview(elena, postId, say);
  const scheduledAt = await schedule(elena, postId, say);

  say.chapter('6. At its instant it is published on all three networks at once');
  const post = await awaitPublication(elena, postId, scheduledAt, say);
  await verifyOnTheNetworks(environment, pages, post, scheduledAt, say);

  say.chapter('7. Everyone sees what happened');
  await look(environment, postId, say);

  const [facebook] = pages;
  if (facebook === undefined) throw new Error('the page on Facebook is missing');
  await playConnections({ environment, giulia, elena, address: addressOf(giuliaUser), facebook, say });

  await playCampaign(await campaignCast({ environment, worker, paoloUser, say }));
}

async function theColleagues(giulia: Person, say: Narrator): Promise<Readonly<Record<ColleagueName, Colleague>>> {
  const usernames = ['giulia.aurora', 'marco.aurora', 'sara.aurora', 'paolo.aurora'];
  const [giuliaUser, marcoUser, saraUser, paoloUser] = await colleagues(giulia, usernames, say);
  if (giuliaUser === undefined || marcoUser === undefined || saraUser === undefined || paoloUser === undefined) {
    throw new Error('a colleague is missing');
  }
  return { giuliaUser, marcoUser, saraUser, paoloUser };
}

/** They log in anew: tokens that are as old as the story lapse. */
async function campaignCast(
  scene: Pick<CampaignCast, 'environment' | 'worker' | 'paoloUser' | 'say'>,
): Promise<CampaignCast> {
  const as = (username: string): Promise<Person> => logIn(scene.environment, username, 'aurora');
  const [giulia, elena] = await Promise.all([as('giulia.aurora'), as('elena.aurora')]);
  const [paolo, luca] = await Promise.all([as('paolo.aurora'), as('luca.aurora')]);
  return { ...scene, giulia, elena, paolo, luca };
}

type ColleagueName = 'giuliaUser' | 'marcoUser' | 'saraUser' | 'paoloUser';

async function draft(elena: Person, pages: readonly Page[], say: Narrator): Promise<string> {
  const form = new FormData();
  const picture = await posterPng('Sapori d’autunno');
  form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'autunno.png');
  const upload = await elena.post('/v1/media', { form });
  say.claim('the image is uploaded and read', upload.status === 201, upload);
  const mediaId = upload.body['id'];

  // Networks refuse a text they have seen: the time makes each run's own.
  const text = `Sapori d’autunno: zucca, castagne e funghi da Mercato Aurora. Vi aspettiamo! (${new Date().toISOString()})`;
  const manyTags = Array.from({ length: 31 }, (_, index) => `#autunno${index + 1}`).join(' ');
  const saved = await elena.post('/v1/posts', {
    body: {
      text,
      mediaIds: [mediaId],
      targets: pages.map(({ id, network }) => ({
        connectionId: id,
        ...(network === 'instagram' ? { text: `${text} ${manyTags}` } : {}),
      })),
    },
  });
  say.claim('the draft is saved for Facebook, Instagram and LinkedIn', saved.status === 201, saved);
  return postView.parse(saved.body).id;
}

async function fixViolations(elena: Person, postId: string, pages: readonly Page[], say: Narrator): Promise<void> {
  const before = await elena.get(`/v1/posts/${postId}`);
  const { violations } = postView.parse(before.body);
  say.claim('saving told what Instagram will not take', violations.length === 1, violations);
  for (const { field, message } of violations) say.tell(`  ${field}: ${message}`);
  const refused = await elena.post(`/v1/posts/${postId}/submit`);
  say.claim('submitting it is refused (422) and starts nothing', refused.status === 422, refused);
  const edited = await elena.patch(`/v1/posts/${postId}`, {
    ifMatch: before.etag,
    body: { targets: pages.map(({ id }) => ({ connectionId: id })) },
  });
  say.claim(
    'without the extra hashtags nothing is wrong any more',
    edited.status === 200 && postView.parse(edited.body).violations.length === 0,
    edited,
  );
}

async function preview(elena: Person, postId: string, say: Narrator): Promise<void> {
  const answer = await elena.get(`/v1/posts/${postId}/previews`);
  const { previews } = previewView.parse(answer.body);
  say.claim('a preview of every page is there', previews.length === 3, answer);
  for (const { connection, truncatedAt, warnings } of previews) {
    const folded = truncatedAt === null ? 'shown whole' : `folded after ${truncatedAt} characters`;
    say.tell([`  ${connection.network}: ${folded}.`, ...warnings.map(({ message }) => message)].join(' '));
  }
}

/** The chosen instant, in epoch milliseconds. */
async function schedule(elena: Person, postId: string, say: Narrator): Promise<number> {
  const instant = new Date(Math.ceil((Date.now() + leadMs) / 1_000) * 1_000);
  const scheduled = await elena.post(`/v1/posts/${postId}/schedule`, { body: { scheduledAt: instant.toISOString() } });
  say.claim(`it is scheduled for ${instant.toISOString()}`, statusIs(scheduled.body, 'scheduled'), scheduled);
  return instant.getTime();
}

async function awaitPublication(elena: Person, postId: string, scheduledAt: number, say: Narrator): Promise<Post> {
  const deadline = scheduledAt + publicationLimitMs;
  const done = (post: Post) => ['published', 'partially_published', 'failed'].includes(post.status);
  const post = await until(elena, postId, done, say, { deadline, scheduledAt });
  const states = post.targets.map(({ state }) => state);
  say.claim('the post is published', post.status === 'published', { status: post.status, states });
  return post;
}

async function verifyOnTheNetworks(
  environment: Environment,
  pages: readonly Page[],
  post: Post,
  scheduledAt: number,
  say: Narrator,
): Promise<void> {
  for (const page of pages) {
    const found = (await published(environment, page)).filter(({ text }) => text === post.content.text);
    const [first] = found;
    const latenessMs = first === undefined ? null : first.receivedAt - scheduledAt;
    say.claim(
      `${page.network} has it once, with its image, ${latenessMs} ms after the instant: ${first?.permalink ?? 'nowhere'}`,
      found.length === 1 && first?.media.length === 1 && latenessMs !== null && latenessMs >= 0,
      found,
    );
  }
}

async function look(environment: Environment, postId: string, say: Narrator): Promise<void> {
  const olivia = await logIn(environment, 'olivia.operatrice', 'aurora');
  const seen = postView.parse((await olivia.get(`/v1/posts/${postId}`)).body);
  for (const { at, sentence } of seen.timeline) say.tell(`  ${at}  ${sentence}`);
  const run = seen.run?.url ?? null;
  say.claim(`the vendor’s operators see the run in the Temporal UI: ${run}`, run !== null, seen.run);
  const stranger = await logIn(environment, 'martina.borgoverde', 'borgoverde');
  const other = await stranger.get(`/v1/posts/${postId}`);
  say.claim('for the editor of another tenant it does not exist (404)', other.status === 404, other);
}

const statusIs = (body: Readonly<Record<string, unknown>>, status: string) => body['status'] === status;
