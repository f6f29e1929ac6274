import express from 'express';
import type { Network } from '../kernel/simulator.ts';
import { graphRefused, microsoftTrouble } from './errors.ts';
import { loginOperations, loginSite } from './login.ts';
import { lifecycleControls } from './lifecycle-controls.ts';
import { mailboxOperations } from './mailbox-operations.ts';
import { microsoftTokens } from './seeds.ts';
import { subscriptionOperations } from './subscription-operations.ts';

/** Microsoft's login service and Graph, as far as connecting mailboxes needs them. */
export const microsoft: Network = {
  name: 'microsoft',
  accounts: [],
  tokens: microsoftTokens,
  body: [express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb' })],
  dialect: () => ({ trouble: microsoftTrouble, headers: () => ({}) }),
  operations: (world) => [
    ...loginOperations(world),
    ...mailboxOperations(world),
    ...subscriptionOperations(world),
    ...(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
      name: 'microsoft.unknown',
      method,
      path: '/{*path}',
      handle: ({ path }: { readonly path: string }) => {
        throw graphRefused(400, 'BadRequest', `Resource not found for the segment '${path.split('/')[2] ?? ''}'.`);
      },
    })),
  ],
  site: loginSite,
  controls: lifecycleControls,
};
