import { setTimeout as sleep } from 'node:timers/promises';

import type { Environment } from '../environment-file.ts';
import { logIn, type Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';
import { posterPng } from './picture.ts';
import { published, type Page, theThreePages } from './pages.ts';
import { approvalList, type Post, postView } from './views.ts';

const leadMs = 75_000;
const publicationLimitMs = 60_000;
const pollMs = 1_000;
const progressEveryMs = 10_000;

/** Plays one post from its draft to its publication on three networks, over HTTP, with real tokens. */
export async function playStory(environment: Environment, say: Narrator): Promise<void> {
  say.chapter('1. Elena Conti, editor at Mercato Aurora, drafts a post with an image');
  const elena = await logIn(environment, 'elena.aurora', 'aurora');
  const pages = await theThreePages(elena, say);
  const postId = await draft(elena, pages, say);

  say.chapter('2. The draft breaks a network’s limits, and Elena puts it right');
  await fixViolations(elena, postId, pages, say);

  say.chapter('3. Marco Galli, reviewer, asks for changes; Elena edits; Marco approves');
  const marco = await logIn(environment, 'marco.aurora', 'aurora');
  await review({ elena, marco, postId, say });

  say.chapter('4. Elena schedules it');
  const scheduledAt = await schedule(elena, postId, say);

  say.chapter('5. At its instant it is published on all three networks at once');
  const post = await awaitPublication(elena, postId, scheduledAt, say);
  await verifyOnTheNetworks(environment, pages, post, scheduledAt, say);

  say.chapter('6. Everyone sees what happened');
  await look(environment, postId, say);
}

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

type Review = Readonly<{ elena: Person; marco: Person; postId: string; say: Narrator }>;

async function review({ elena, marco, postId, say }: Review): Promise<void> {
  const submitted = await elena.post(`/v1/posts/${postId}/submit`);
  say.claim('Elena submits; the post is in review', statusIs(submitted.body, 'in_review'), submitted);
  const list = await marco.get('/v1/approvals?assignee=me&outcome=open');
  const waiting = approvalList.parse(list.body).items;
  say.claim(
    'it is on Marco’s list',
    waiting.some(({ post }) => post.id === postId),
    list,
  );

  const changes = await marco.post(`/v1/posts/${postId}/decisions`, {
    body: { verdict: 'request_changes', comment: 'Aggiungi l’orario di apertura.' },
  });
  say.claim('Marco asks for changes: “Aggiungi l’orario di apertura.”', changes.status === 200, changes);
  const returned = await until(elena, postId, (post) => post.status === 'changes_requested', say);
  const edited = await elena.patch(`/v1/posts/${postId}`, {
    ifMatch: (await elena.get(`/v1/posts/${postId}`)).etag,
    body: { text: `${returned.content.text} Aperti dalle 8 alle 20.` },
  });
  say.claim('Elena adds the opening hours: a new revision', edited.status === 200, edited);

  const again = await elena.post(`/v1/posts/${postId}/submit`);
  say.claim('she submits it again', statusIs(again.body, 'in_review'), again);
  const approved = await marco.post(`/v1/posts/${postId}/decisions`, { body: { verdict: 'approve' } });
  say.claim('Marco approves exactly what he read', approved.status === 200, approved);
  const post = await until(elena, postId, (candidate) => candidate.status === 'approved', say);
  say.claim('the post is approved', post.status === 'approved', post.status);
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

/** Reads the post until it is as hoped; tells how it stands while that takes. */
async function until(
  person: Person,
  postId: string,
  hoped: (post: Post) => boolean,
  say: Narrator,
  { deadline = Date.now() + 30_000, scheduledAt = null }: { deadline?: number; scheduledAt?: number | null } = {},
): Promise<Post> {
  let toldAt = Date.now();
  for (;;) {
    const answer = await person.get(`/v1/posts/${postId}`);
    if (answer.status !== 200) say.claim('the post can be read', false, answer);
    const post = postView.parse(answer.body);
    if (hoped(post) || Date.now() > deadline) return post;
    if (Date.now() - toldAt >= progressEveryMs) {
      toldAt = Date.now();
      say.progress(standing(post, scheduledAt));
    }
    await sleep(pollMs);
  }
}

function standing({ status, targets }: Post, scheduledAt: number | null): string {
  const states = targets.map(({ connection, state }) => `${connection.network} ${state}`).join(', ');
  const left = scheduledAt === null ? 0 : Math.round((scheduledAt - Date.now()) / 1_000);
  return `${status} (${states})${left > 0 ? `, ${left} s to go` : ''}`;
}

const statusIs = (body: Readonly<Record<string, unknown>>, status: string) => body['status'] === status;
