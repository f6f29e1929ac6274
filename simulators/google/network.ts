import express, { Router } from 'express';
import type { Operation } from '../kernel/operation.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { businessOperations } from './business-operations.ts';
import { consentPages } from './consent.ts';
import { googleTrouble, notFound } from './errors.ts';
import { mailOperations } from './mail-operations.ts';
import { personOperations } from './person-operations.ts';
import { playOperations } from './play-operations.ts';
import { googleTokens } from './seeds.ts';
import { serviceAccountKeyFile } from './service-account-key.ts';
import { tokenOperations } from './token-operations.ts';
import { youtubeOperations } from './youtube-operations.ts';

/** Google: its authorisation server, YouTube, Business Profile, Play and Gmail, all at one address. */
export const google: Network = {
  name: 'google',
  accounts: [],
  tokens: googleTokens,
  body: [express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb' })],
  dialect: () => ({ trouble: googleTrouble, headers: () => ({ server: 'ESF' }) }),
  operations: (world) => [
    ...tokenOperations(world),
    ...personOperations(world),
    ...youtubeOperations(world),
    ...businessOperations(world),
    ...playOperations(world),
    ...mailOperations(world),
    ...unknownOperations(),
  ],
  site,
};

function site(world: World): Router {
  const router = Router();
  router.use(consentPages(world));
  // As the console lets people download it.
  router.get('/service-account-key.json', (_req, res) => {
    res.json(serviceAccountKeyFile(world));
  });
  return router;
}

function unknownOperations(): Operation[] {
  const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  return methods.map((method) => ({
    name: 'google.unknown',
    method,
    path: '/{*path}',
    handle: () => {
      throw notFound('mail');
    },
  }));
}
