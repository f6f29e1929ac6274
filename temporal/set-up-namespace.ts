import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TemporalSetupConfig } from '../src/platform/config.ts';
import { retentionDays, searchAttributes } from './settings.ts';

const msPerDay = 86_400_000;
const grpcNotFound = 5;
const grpcAlreadyExists = 6;
const settleMs = 200;
const settleAttempts = 100;

/**
 * Brings a namespace to what the product needs: it exists, keeps closed runs for `retentionDays`, knows the search
 * attributes, and sends work to the given version of the workers (a versioned worker is idle until then). Repeatable.
 */
export async function setUpNamespace({ temporal: server, deployment }: TemporalSetupConfig): Promise<void> {
  const connection = await Connection.connect({
    address: server.address,
    tls: server.tls,
    ...(server.apiKey === null ? {} : { apiKey: server.apiKey }),
  });
  try {
    await ensureNamespace(connection, server.namespace);
    await ensureSearchAttributes(connection, server.namespace);
    await setCurrentVersion(connection, server.namespace, deployment);
  } finally {
    await connection.close();
  }
}

async function ensureNamespace({ workflowService }: Connection, namespace: string): Promise<void> {
  const retention = msToTs(retentionDays * msPerDay);
  const known = await unless(grpcNotFound, workflowService.describeNamespace({ namespace }));
  if (known === null) {
    await unless(
      grpcAlreadyExists,
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention }),
    );
  } else if (Number(known.config?.workflowExecutionRetentionTtl?.seconds ?? 0) !== Number(retention.seconds)) {
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
  }
}

async function ensureSearchAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  // A namespace that was just registered is unknown to a part of the server for some seconds.
  const known = await eventually(() => operatorService.listSearchAttributes({ namespace }));
  const missing = Object.entries(searchAttributes).filter(([name]) => known.customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  const types = missing.map(([name, type]) => [name, indexedValueTypes[type]]);
  await eventually(() =>
    unless(
      grpcAlreadyExists,
      operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(types) }),
    ),
  );
}

/** temporal.api.enums.v1.IndexedValueType */
const indexedValueTypes = { KEYWORD: 2, DATETIME: 6 } as const;

async function setCurrentVersion(
  { workflowService }: Connection,
  namespace: string,
  { name, buildId }: TemporalSetupConfig['deployment'],
): Promise<void> {
  await eventually(() =>
    workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName: name,
      buildId,
      identity: 'chorally-set-up',
      // The version is announced before its first worker polls, so that a worker finds work as soon as it starts.
      allowNoPollers: true,
      ignoreMissingTaskQueues: true,
    }),
  );
}

async function unless<T>(code: number, call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === code) return null;
    throw error;
  }
}

async function eventually<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === settleAttempts) throw error;
      await sleep(settleMs);
    }
  }
}
