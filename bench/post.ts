import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';

import { Complaint, runProgram } from '../dev/complaint.ts';
import { logIn, type Person } from '../dev/demo/api-client.ts';
import { billedActions, difference, meteredActions } from './support/actions.ts';
import { countByType, eventsOf } from './support/history.ts';
import { report } from './support/report.ts';
import { approvedPost, measuredSystem, onePagePerNetwork, succeed, tell, uploadPoster } from './support/system.ts';

/** Far enough ahead that attempts are armed as they are on any other day: up to a minute before the instant. */
const leadMs = 90_000;
const patienceMs = 60_000;

/**
 * What one post with one approval and three targets costs in Temporal: the events of its two histories, and the billable
 * actions, counted from the histories by the published rule and read from the server's own meter.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const author = await logIn(environment, 'elena.aurora', 'aurora');
  const reviewer = await logIn(environment, 'marco.aurora', 'aurora');
  const operator = await logIn(environment, 'olivia.operatrice', 'aurora');
  const mediaIds = [await uploadPoster(author)];
  const connectionIds = await onePagePerNetwork(author);

  const before = await meteredActions(stack);
  const scheduledAt = new Date(Date.now() + leadMs).toISOString();
  tell(`one post, one approval, three targets, due at ${scheduledAt}`);
  const text = `Misura di un post (${scheduledAt})`;
  const postId = await approvedPost({ author, reviewer }, { text, mediaIds, connectionIds, scheduledAt });
  await published(author, postId, Date.parse(scheduledAt) + patienceMs);
  const metered = difference(before, await meteredActions(stack));

  const runs = await workflowsOf(operator, postId);
  const connection = await Connection.connect({ address: environment.temporal.address });
  try {
    const client = new Client({ connection, namespace: environment.temporal.namespace });
    const post = await eventsOf(client, runs.post);
    const approval = await eventsOf(client, runs.approval);
    const actions = {
      ...prefixed('post', billedActions(post, { isChild: false })),
      ...prefixed('approval', billedActions(approval, { isChild: true })),
    };
    console.log('\n  Events of the post’s history, then of its approval’s');
    console.table(countByType(post));
    console.table(countByType(approval));
    console.log('  Billable actions by the published rule');
    console.table(actions);
    console.log('  Actions by the server’s own meter');
    console.table(metered);
    const heartbeats = metered['grpc_RecordActivityTaskHeartbeat'] ?? 0;
    report('post', {
      post_events: post.length,
      approval_events: approval.length,
      events: post.length + approval.length,
      actions_in_histories: sum(actions),
      heartbeat_actions: heartbeats,
      actions: sum(actions) + heartbeats,
      metered_actions: sum(metered),
    });
  } finally {
    await connection.close();
  }
}

async function published(person: Person, postId: string, deadline: number): Promise<void> {
  for (;;) {
    const { status } = await succeed(person.get(`/v1/posts/${postId}`));
    if (status === 'published') return;
    if (Date.now() > deadline) throw new Complaint(`The post is ${String(status)}, not published.`);
    await sleep(1_000);
  }
}

const runView = z.object({
  run: z.object({ workflowId: z.string() }),
  approval: z.object({ id: z.string() }),
});

/** The ids of the post's workflow and of its approval's. */
async function workflowsOf(operator: Person, postId: string): Promise<{ post: string; approval: string }> {
  const { run, approval } = runView.parse(await succeed(operator.get(`/v1/posts/${postId}`)));
  const [, tenantId] = run.workflowId.split('/');
  return { post: run.workflowId, approval: `tenant/${tenantId}/approval/${approval.id}` };
}

function prefixed(prefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([kind, count]) => [`${prefix}: ${kind}`, count]));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

await runProgram(measure);
