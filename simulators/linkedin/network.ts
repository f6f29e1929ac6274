import { randomBytes } from 'node:crypto';
import express, { Router } from 'express';
import type { Operation } from '../kernel/operation.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { assetOperations } from './asset-operations.ts';
import { consent } from './consent.ts';
import { linkedinTrouble, notFound } from './errors.ts';
import { filmOperations } from './film-operations.ts';
import { memberOperations } from './member-operations.ts';
import { oauthOperations } from './oauth-operations.ts';
import { organizationOperations } from './organization-operations.ts';
import { postOperations } from './post-operations.ts';
import { postReading } from './post-reading.ts';
import { linkedinAccounts, linkedinTokens } from './seeds.ts';

/** LinkedIn's API for organisation pages. */
export const linkedin: Network = {
  name: 'linkedin',
  accounts: linkedinAccounts,
  tokens: linkedinTokens,
  body: [
    // An upload is bytes, whatever type it claims.
    (req, res, next) => (req.path.startsWith('/dms-uploads/') ? bytes(req, res, next) : next()),
    express.json({ limit: '1mb' }),
    express.urlencoded({ extended: false, limit: '1mb' }),
  ],
  dialect: () => ({ trouble: linkedinTrouble, headers }),
  operations: (world) => [
    ...oauthOperations(world),
    ...memberOperations(world),
    ...organizationOperations(world),
    ...assetOperations(world),
    ...filmOperations(world),
    ...postOperations(world),
    ...postReading(world),
    ...unknownOperations(),
  ],
  site,
};

const bytes = express.raw({ type: () => true, limit: '110mb' });

const headers = (): Record<string, string> => ({
  'x-li-uuid': randomBytes(12).toString('base64'),
  'x-li-fabric': 'prod-ltx1',
  'x-restli-protocol-version': '2.0.0',
});

/** Where permalinks of LinkedIn's own shape lead. */
function site(world: World): Router {
  const router = Router();
  router.get('/feed/update/:urn', (req, res, next) => {
    const post = world.publications.get(req.params.urn);
    if (post === null) return next();
    res.redirect(302, post.permalink);
  });
  router.use(consent(world));
  return router;
}

function unknownOperations(): Operation[] {
  const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  return methods.map((method) => ({
    name: 'linkedin.unknown',
    method,
    path: '/{*path}',
    handle: ({ path }) => {
      throw notFound(`No virtual resource found for: ${path}`);
    },
  }));
}
