import { z } from 'zod';
import { type GrantableConnection, selectGrantable } from '../../db/connect-page.ts';
import { isBeingRevoked } from '../../db/granting-profile.ts';
import { grantKindsOf } from '../../domain/grant.ts';
import { networks } from '../../domain/network.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer, type Answered, secretAnswer } from '../route-context.ts';
import { authorizationView } from './authorization-view.ts';
import { beginAuthorization, beginRefusals, type FlowDependencies, notConnectable } from './begin-authorization.ts';
import { grantKind } from './connection-codes.ts';
import { connectionId } from './connection-view.ts';
import { passedSlots } from './select-pages.ts';

const credentials = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('bot_token').meta({ description: 'A Telegram bot.' }),
      botToken: z.string().min(1).max(200).meta({ description: 'As BotFather gave it.' }),
    }),
    z.strictObject({
      kind: z.literal('api_key').meta({ description: 'A key of App Store Connect.' }),
      issuerId: z.string().min(1).max(100).meta({ description: 'Whose key it is.' }),
      keyId: z.string().min(1).max(100).meta({ description: 'Its id.' }),
      privateKey: z.string().min(1).max(10_000).meta({ description: 'The file’s content (PEM).' }),
    }),
    z.strictObject({
      kind: z.literal('service_account').meta({ description: 'A Google service account.' }),
      keyFile: z.string().min(1).max(20_000).meta({ description: 'The key file’s content (JSON).' }),
    }),
  ])
  .meta({
    id: 'ConnectionCredentials',
    description:
      'Keys, for the ways of `GET /v1/networks` that take `credentials`; left out for those that send a person to a `consent` page. They are checked at the network, sealed, and never shown again.',
  });

const named = z.array(z.string().min(1).max(255)).max(50).default([]).meta({
  description:
    'Ids that a person types, where the network does not list what a grant reaches (`named` of the way in `GET /v1/networks`): package names, chats.',
});

const started = authorizationView
  .extend({
    authorizationUrl: z.string().nullable().meta({
      description: 'Where to send the person, in a window of their own; null where keys were handed over.',
    }),
  })
  .meta({ id: 'StartedAuthorization', description: 'A way to a network that has just been begun.' });

const shown = { status: 201, schema: started, description: 'The authorization.' } as const;

const howItGoesOn =
  'The person consents at the network and is led back to this API, whose page tells the console over the BroadcastChannel `chorally-connections` and closes: `{ "type": "connection-authorization", authorizationId, outcome }`, where `outcome` is the state of the authorization by then. That reaches windows of the same origin; `authorization.granted` and `authorization.failed` in `GET /v1/events` tell everybody else. Never rely on `window.opener` or on seeing the window close. The address is kept nowhere: a request that is repeated with its `Idempotency-Key` begins another way. Keys are taken to the network at once: the answer says what came of it.';

function connect(dependencies: FlowDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/authorizations',
    tag: 'Connections',
    summary: 'Begin to connect pages',
    description: `Begins one way to a network and back, good for ten minutes and for one return. ${howItGoesOn} Then pages are to be chosen (\`POST …/selection\`) within a quarter of an hour.`,
    permission: 'connection.write',
    body: z.strictObject({
      network: z.enum(networks).meta({ description: 'Where the pages live.' }),
      kind: grantKind.optional().meta({
        description: 'By which of its `ways` in `GET /v1/networks`; the first of them unless said.',
      }),
      purpose: z.literal('connect').default('connect').meta({
        description: 'New pages; to renew a page that is connected see `…/refresh` and `…/transfer`.',
      }),
      credentials: credentials.optional(),
      named,
    }),
    answer: shown,
    refusals: beginRefusals,
    audit: 'authorization.started',
    act: async (ctx) => {
      const { body, invalid } = ctx;
      const kinds = grantKindsOf[body.network];
      const [usual] = kinds;
      if (usual === undefined) throw notConnectable(ctx, 'announced');
      const kind = body.kind ?? usual;
      if (!kinds.includes(kind)) {
        const detail = 'is no way of this network';
        throw invalid([{ pointer: '/kind', rule: 'not_offered', limit: kinds.join(', '), value: kind, detail }]);
      }
      const beginning = {
        way: { network: body.network, kind },
        purpose: body.purpose,
        connectionId: null,
        named: body.named,
        credentials: body.credentials ?? null,
        passed: null,
      } as const;
      return begun(await beginAuthorization(ctx, beginning, dependencies));
    },
  });
}

/** The address holds the state that proves the person's return: whoever reads the database must not find it. */
function begun(authorization: z.output<typeof started>): Answered<z.output<typeof started>> {
  return authorization.authorizationUrl === null ? answer(authorization) : secretAnswer(authorization);
}

const reconsentRefusals = {
  ...beginRefusals,
  ended: {
    status: 409,
    title: 'Ended',
    description: 'A person has ended the connection: connect the page anew, which revives it.',
  },
  revocation_pending: {
    status: 409,
    title: 'Still being revoked',
    description:
      'An earlier grant of the same person is still being taken back at the network, and would take this one along. Repeat in a few minutes.',
  },
} as const;

const reconsentBody = z.strictObject({ passedSlots, credentials: credentials.optional() });
const reconsentParams = z.strictObject({ connectionId });

function refresh(dependencies: FlowDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/refresh',
    tag: 'Connections',
    summary: 'Have a connection consented to again',
    description: `For a connection whose grant is gone, lacks a permission, or soon lapses. ${howItGoesOn} The same page must come back, and then nothing is to be chosen: the connection works again, and what waited for it goes on. If it does not come back, nothing changes and the authorization names both.`,
    permission: 'connection.write',
    params: reconsentParams,
    body: reconsentBody,
    answer: shown,
    refusals: reconsentRefusals,
    audit: 'authorization.started',
    act: async (ctx) => {
      const { params, body, inTenant, refuse } = ctx;
      const { connection, revoking } = await inTenant((trx) => readGrantable(trx, params.connectionId));
      if (connection === null) throw refuse('not_found');
      if (connection.state === 'disconnected') throw refuse('ended');
      // Somebody else may consent this time, but it is not likely.
      if (revoking) throw refuse('revocation_pending');
      return begun(await beginAuthorization(ctx, reconsentOf('refresh', connection, body), dependencies));
    },
  });
}

function transfer(dependencies: FlowDependencies) {
  return defineRoute({
    method: 'post',
    path: '/v1/connections/{connectionId}/transfer',
    tag: 'Connections',
    summary: 'Hand a connection over to another admin profile',
    description: `Somebody else consents to the same page, whose connection then hangs on their grant: before whoever connected it leaves. ${howItGoesOn} The page must be the same and the person another.`,
    permission: 'connection.write',
    params: reconsentParams,
    body: reconsentBody,
    answer: shown,
    refusals: reconsentRefusals,
    audit: 'authorization.started',
    act: async (ctx) => {
      const { params, body, inTenant, refuse } = ctx;
      const { connection } = await inTenant((trx) => readGrantable(trx, params.connectionId));
      if (connection === null) throw refuse('not_found');
      if (connection.state === 'disconnected') throw refuse('ended');
      return begun(await beginAuthorization(ctx, reconsentOf('transfer', connection, body), dependencies));
    },
  });
}

async function readGrantable(...[trx, id]: Parameters<typeof selectGrantable>) {
  const connection = await selectGrantable(trx, id);
  const profileId = connection?.admin_profile_id ?? null;
  return { connection, revoking: profileId !== null && (await isBeingRevoked(trx, profileId)) };
}

function reconsentOf(
  purpose: 'refresh' | 'transfer',
  connection: GrantableConnection,
  body: z.output<typeof reconsentBody>,
) {
  return {
    way: { network: connection.network, kind: connection.grant_kind },
    purpose,
    connectionId: connection.id,
    named: [connection.external_id],
    credentials: body.credentials ?? null,
    passed: body.passedSlots,
  };
}

/** The three ways to begin one. */
export function startRoutes(dependencies: FlowDependencies): readonly Route[] {
  return [connect(dependencies), refresh(dependencies), transfer(dependencies)];
}
