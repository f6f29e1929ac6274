import express from 'express';
import type { Operation } from '../kernel/operation.ts';
import type { Network } from '../kernel/simulator.ts';
import { activityOperations } from './activity-operations.ts';
import { consent } from './consent.ts';
import { notFound, xTrouble } from './errors.ts';
import { oauthOperations } from './oauth-operations.ts';
import { tellOfRevocation } from './revocation.ts';
import { xTokens } from './seeds.ts';
import { userOperations } from './user-operations.ts';
import { webhookOperations } from './webhook-operations.ts';

/** X's API v2, as far as accounts are connected with it. Nothing is published on it. */
export const x: Network = {
  name: 'x',
  accounts: [],
  tokens: xTokens,
  body: [express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb' })],
  dialect: () => ({ trouble: xTrouble, headers }),
  operations: (world) => [
    ...oauthOperations(world),
    ...userOperations(world),
    ...webhookOperations(world),
    ...activityOperations(world),
    ...unknownOperations(),
  ],
  site: consent,
  afterRevocation: tellOfRevocation,
};

const windowMs = 15 * 60_000;

/** X counts in windows of 15 minutes; faults say when one is used up. */
function headers(): Record<string, string> {
  const resetMs = (Math.floor(Date.now() / windowMs) + 1) * windowMs;
  return {
    'x-rate-limit-limit': '75',
    'x-rate-limit-remaining': '74',
    'x-rate-limit-reset': String(resetMs / 1000),
  };
}

function unknownOperations(): Operation[] {
  const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  return methods.map((method) => ({
    name: 'x.unknown',
    method,
    path: '/{*path}',
    handle: () => {
      throw notFound();
    },
  }));
}
