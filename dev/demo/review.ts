import type { Environment } from '../environment-file.ts';
import type { Person } from './api-client.ts';
import { awaitMail } from './mail.ts';
import type { Narrator } from './narrator.ts';
import type { Colleague } from './policy.ts';
import { until } from './posts.ts';
import { approvalList, approvalView } from './views.ts';

interface Review {
  readonly environment: Environment;
  readonly postId: string;
  readonly elena: Person;
  readonly marco: Person;
  readonly sara: Person;
  readonly people: { readonly marco: Colleague; readonly sara: Colleague };
  readonly say: Narrator;
}

/** The reminder is due after a minute; the mail is sent within seconds of it. */
const reminderWithinMs = 100_000;
const mailWithinMs = 20_000;

/** Changes requested, a delegation, a reminder by mail, and the approval. */
export async function review(given: Review): Promise<void> {
  await askForChanges(given);
  const approvalId = await submitAgain(given);
  await remindAndDelegate(given, approvalId);
}

async function askForChanges({ environment, postId, elena, marco, people, say }: Review): Promise<void> {
  const since = Date.now();
  const submitted = await elena.post(`/v1/posts/${postId}/submit`);
  say.claim('Elena submits; the post is in review', submitted.body['status'] === 'in_review', submitted);
  const list = await marco.get('/v1/approvals?assignee=me&outcome=open');
  const waiting = approvalList.parse(list.body).items.find(({ post }) => post?.id === postId);
  say.claim('it is on Marco’s list', waiting !== undefined, list);
  await awaitMail(
    environment,
    { to: addressOf(people.marco), words: 'approvazione', since, withinMs: mailWithinMs },
    say,
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
}

async function submitAgain({ postId, elena, say }: Review): Promise<string> {
  const again = await elena.post(`/v1/posts/${postId}/submit`);
  say.claim('she submits it again', again.body['status'] === 'in_review', again);
  return approvalView.parse(again.body['approval']).id;
}

async function remindAndDelegate(given: Review, approvalId: string): Promise<void> {
  const { environment, postId, elena, marco, sara, people, say } = given;
  const since = Date.now();
  say.tell('nobody votes; after a minute of business time Marco is reminded …');
  const reminder = { words: 'Promemoria', since, withinMs: reminderWithinMs };
  await awaitMail(environment, { to: addressOf(people.marco), ...reminder }, say);

  const delegated = await marco.post(`/v1/approvals/${approvalId}/delegations`, { body: { to: people.sara.id } });
  say.claim('Marco is busy and lets Sara vote for him', delegated.status === 200, delegated);
  const asked = { to: addressOf(people.sara), words: 'al posto suo', since, withinMs: mailWithinMs };
  await awaitMail(environment, asked, say);

  const approved = await sara.post(`/v1/posts/${postId}/decisions`, { body: { verdict: 'approve' } });
  say.claim('Sara approves exactly what she read', approved.status === 200, approved);
  const { votes } = approvalView.parse(approved.body);
  say.claim('for Marco, as the record says', votes.at(-1)?.standsFor.length === 1, votes);
  const post = await until(elena, postId, (candidate) => candidate.status === 'approved', say);
  say.claim('the post is approved', post.status === 'approved', post.status);
}

/** Where a colleague reads their mail. */
export function addressOf({ username, email }: Colleague): string {
  if (email === null) throw new Error(`${username} has no address`);
  return email;
}
