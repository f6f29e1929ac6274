import { z } from 'zod';
import { settingsChange, settingsSchema } from '../kernel/settings.ts';
import { withdrawScopes } from '../kernel/grants.ts';
import type { World } from '../kernel/world.ts';
import { ControlProblem, type ControlRoute, parsed } from './route.ts';
import { revokeBody, tokenView, withdrawBody } from './schemas.ts';

export function stateRoutes(world: World): ControlRoute[] {
  return [...tokenRoutes(world), ...settingsRoutes(world)];
}

const noSuchToken = 'No token of the seed has this id.';
const tokenId = { id: "The grant's id: the page's, account's or organisation's external id, not the token." };

function tokenRoutes(world: World): ControlRoute[] {
  const stateOf = (id: string): unknown => world.tokens.list().find((token) => token.id === id);
  return [
    {
      method: 'get',
      path: '/tokens',
      id: 'listTokens',
      summary: 'The seeded tokens, without their values',
      status: 200,
      answer: z.array(tokenView),
      handle: () => world.tokens.list(),
    },
    {
      method: 'post',
      path: '/tokens/{id}/revoke',
      id: 'revokeToken',
      summary: 'Stop honouring a token',
      params: tokenId,
      body: revokeBody,
      status: 200,
      answer: tokenView,
      missing: noSuchToken,
      handle: (req) => {
        const id = String(req.params['id']);
        const { as } = parsed(revokeBody, req.body ?? {});
        if (!world.tokens.spoil(id, as)) throw new ControlProblem(404, noSuchToken);
        return stateOf(id);
      },
    },
    {
      method: 'post',
      path: '/tokens/{id}/withdraw',
      id: 'withdrawScopes',
      summary: 'Take single permissions back, as a person does in their settings; none: give all of them again',
      params: tokenId,
      body: withdrawBody,
      status: 204,
      answer: null,
      handle: (req) => withdrawScopes(world, String(req.params['id']), parsed(withdrawBody, req.body).scopes),
    },
    {
      method: 'post',
      path: '/tokens/{id}/restore',
      id: 'restoreToken',
      summary: 'Honour a token again',
      params: tokenId,
      status: 200,
      answer: tokenView,
      missing: noSuchToken,
      handle: (req) => {
        const id = String(req.params['id']);
        if (!world.tokens.restore(id)) throw new ControlProblem(404, noSuchToken);
        return stateOf(id);
      },
    },
  ];
}

function settingsRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'get',
      path: '/settings',
      id: 'readSettings',
      summary: 'How the network behaves',
      status: 200,
      answer: settingsSchema,
      handle: () => world.settings.current(),
    },
    {
      method: 'post',
      path: '/settings',
      id: 'changeSettings',
      summary: 'Change how the network behaves',
      body: settingsChange,
      status: 200,
      answer: settingsSchema,
      handle: (req) => world.settings.change(parsed(settingsChange, req.body)),
    },
    {
      method: 'post',
      path: '/reset',
      id: 'reset',
      summary: 'Back to the seeds',
      description:
        'Forgets the log, faults and posts, drops held requests, restores the settings, and honours every token again that was spoilt. What people have granted stays.',
      status: 204,
      answer: null,
      handle: () => world.reset(),
    },
  ];
}
