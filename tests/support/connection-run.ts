import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { expect } from 'vitest';
import type { ConnectionActivities, ConnectionNews } from '../../src/activities/connection.ts';
import type { PictureActivities } from '../../src/activities/connection-picture.ts';
import type { RevocationActivities, RevocationResult } from '../../src/activities/connection-revocation.ts';
import { type ConnectionInput, connectionWorkflowId } from '../../src/domain/connection.ts';
import { type ConnectionReading, stillSo } from '../../src/domain/connection-process.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import type { ConnectionNoticeKind } from '../../src/domain/notification.ts';
import { deliver } from '../../src/relay/deliver.ts';
import type { connection } from '../../src/workflows/connection/workflow.ts';
import { workflowEnvironment } from './workflow-environment.ts';

export interface ConnectionRunning {
  /** Of whichever run is the newest. */
  readonly run: WorkflowHandle<typeof connection>;
  readonly row: { state: ConnectionReading['state']; grantVersion: number };
  readonly told: ConnectionNews[];
  /** How often the row was read, the grant taken back, and the picture looked for. */
  readonly calls: { read: number; revoke: number; picture: number };
  /** What the network says to taking the grant back, one each; when they run out, it is done. */
  readonly revocations: (RevocationResult['kind'] | 'trouble')[];
  /** Called while people are being told, before the row is looked at. */
  beforeTelling: () => void;
  /** The row becomes this, and the process hears of it. A repair raises the version of the grant. */
  becomes(state: ConnectionReading['state']): Promise<void>;
  /** The relay brings this message. */
  hears(outboxId: string): Promise<void>;
  untilTold(kind: ConnectionNoticeKind, times?: number): Promise<void>;
  fastForward(durationMs: number | null): Promise<void>;
  holdWorkflows(): Promise<() => Promise<void>>;
}

/** The process of a connection on the real server, with activities that remember instead of writing. */
export async function startConnection(): Promise<ConnectionRunning> {
  const memory = remembering();
  const environment = await workflowEnvironment(memory.activities, { skipping: false });
  const { client, taskQueue, fastForward, holdWorkflows } = environment;
  const input: ConnectionInput = {
    v: 1,
    tenantId: randomUUID() as TenantId,
    connectionId: randomUUID() as ConnectionId,
    network: 'linkedin',
  };
  const workflowId = connectionWorkflowId(input.tenantId, input.connectionId);
  const hears = (id: string) =>
    deliver(
      client,
      { taskQueue },
      {
        id,
        tenant_id: input.tenantId,
        workflow_id: workflowId,
        message: { kind: 'connection_changed', input },
        attempts: 1,
      },
    );
  const run = client.workflow.getHandle<typeof connection>(workflowId);
  return Object.assign(memory, {
    run,
    hears,
    becomes: async (state: ConnectionReading['state']) => {
      if (state === 'connected' && memory.row.state !== 'connected') memory.row.grantVersion += 1;
      memory.row.state = state;
      await hears(randomUUID());
    },
    untilTold: (kind: ConnectionNoticeKind, times = 1) =>
      expect
        .poll(() => memory.told.filter(({ turn }) => turn.kind === kind).length, { timeout: 20_000 })
        .toBeGreaterThanOrEqual(times),
    fastForward: (durationMs: number | null) => fastForward(run, durationMs),
    holdWorkflows,
  });
}

function remembering() {
  const row: ConnectionRunning['row'] = { state: 'connected', grantVersion: 1 };
  const told: ConnectionNews[] = [];
  const calls = { read: 0, revoke: 0, picture: 0 };
  const revocations: ConnectionRunning['revocations'] = [];
  const memory = { row, told, calls, revocations, beforeTelling: () => {} };
  const activities: ConnectionActivities & RevocationActivities & PictureActivities = {
    readConnection: async () => {
      calls.read += 1;
      return { ...row };
    },
    tellOfConnection: async (news) => {
      memory.beforeTelling();
      const stands = stillSo(row, news.turn.expected);
      if (stands) told.push(news);
      return { told: stands, reading: { ...row } };
    },
    keepPicture: async () => {
      calls.picture += 1;
      return { kind: 'kept' };
    },
    revokeGrant: async () => {
      calls.revoke += 1;
      const kind = revocations.shift() ?? 'done';
      if (kind === 'trouble') throw new Error('the network answered 503');
      return { kind };
    },
  };
  return Object.assign(memory, { activities });
}
