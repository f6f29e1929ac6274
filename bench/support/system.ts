import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Complaint } from '../../dev/complaint.ts';
import { type Person } from '../../dev/demo/api-client.ts';
import { posterPng } from '../../dev/demo/picture.ts';
import type { Environment } from '../../dev/environment-file.ts';
import { connectionList } from '../../dev/demo/views.ts';
import { developmentStack, type Stack } from '../../dev/stack.ts';

/** The running system that is measured: the stack of `CHORALLY_RUN_DIR`, which `make bench` sets. */
export function measuredSystem(): { stack: Stack; environment: Environment } {
  const stack = developmentStack();
  const file = join(stack.runDir, 'environment.json');
  return { stack, environment: JSON.parse(readFileSync(file, 'utf8')) as Environment };
}

/** Says what a bench is doing, since it takes a while. */
export function tell(line: string): void {
  console.log(`  ${new Date().toISOString().slice(11, 19)} ${line}`);
}

/** One connection per network: the tenant's Facebook page, Instagram account and LinkedIn organisation. */
export async function onePagePerNetwork(person: Person): Promise<readonly string[]> {
  const { items } = connectionList.parse((await person.get('/v1/connections')).body);
  return ['facebook', 'instagram', 'linkedin'].map((network) => {
    const page = items.find((item) => item.network === network);
    if (page === undefined) throw new Complaint(`The tenant has no page on ${network}.`);
    return page.id;
  });
}

/** Uploads one image and returns its id. */
export async function uploadPoster(person: Person): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(await posterPng('Misura'))], { type: 'image/png' }), 'misura.png');
  return String((await succeed(person.post('/v1/media', { form })))['id']);
}

/** The body of an answer that has to be a success. */
export async function succeed(asked: ReturnType<Person['get']>): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await asked;
  if (status >= 300) throw new Complaint(`The API answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Drafts, submits and approves a post. Returns its id. */
export async function approvedPost(
  { author, reviewer }: { author: Person; reviewer: Person },
  draft: Readonly<{
    text: string;
    mediaIds: readonly string[];
    connectionIds: readonly string[];
    scheduledAt?: string;
  }>,
): Promise<string> {
  const { connectionIds, ...content } = draft;
  const targets = connectionIds.map((connectionId) => ({ connectionId }));
  const { id } = await succeed(author.post('/v1/posts', { body: { ...content, targets } }));
  await succeed(author.post(`/v1/posts/${id}/submit`));
  await succeed(reviewer.post(`/v1/posts/${id}/decisions`, { body: { verdict: 'approve' } }));
  return String(id);
}

/** Does the same for every item, `width` of them at a time, and returns the results in the items' order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, item] = next;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
