import { setTimeout as sleep } from 'node:timers/promises';

import type { Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';
import { type Post, postView } from './views.ts';

const pollMs = 1_000;
const progressEveryMs = 10_000;

/** Reads the post until it is as hoped; tells how it stands while that takes. */
export async function until(
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
