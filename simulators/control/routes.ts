import type { Router } from 'express';
import { z } from 'zod';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { faultRoutes } from './fault-routes.ts';
import { grantRoutes } from './grant-routes.ts';
import { logRoutes } from './log-routes.ts';
import { controlDocument } from './openapi.ts';
import { type ControlRoute, controlRouter } from './route.ts';
import { operationView } from './schemas.ts';
import { stateRoutes } from './state-routes.ts';

/** The control API of one network. */
export function control(network: Network, world: World): Router {
  const routes: ControlRoute[] = [
    ...faultRoutes(world),
    ...logRoutes(world),
    ...stateRoutes(world),
    ...grantRoutes(network, world),
    ...(network.controls?.(world) ?? []),
    ...selfRoutes(network, world, () => routes),
  ];
  return controlRouter(routes, world.store.flushed);
}

function selfRoutes(network: Network, world: World, all: () => readonly ControlRoute[]): ControlRoute[] {
  return [
    {
      method: 'get',
      path: '/operations',
      id: 'listOperations',
      summary: 'The operations that a fault can name',
      status: 200,
      answer: z.array(operationView),
      handle: () =>
        network.operations(world).map(({ name, method, path, startsProcessing }) => ({
          name,
          method,
          path,
          startsProcessing: startsProcessing === true,
        })),
    },
    {
      method: 'get',
      path: '/health',
      id: 'health',
      summary: 'Whether it serves',
      status: 200,
      answer: z.object({ status: z.literal('ok'), network: z.string() }),
      handle: () => ({ status: 'ok', network: network.name }),
    },
    {
      method: 'get',
      path: '/openapi.json',
      id: 'document',
      summary: 'This document',
      status: 200,
      answer: z.object({ openapi: z.string() }).loose(),
      handle: () =>
        controlDocument({
          title: `Control of the ${network.name} simulator`,
          server: `${world.publicUrl()}/_control`,
          routes: all(),
        }),
    },
  ];
}
