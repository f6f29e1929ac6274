import type { IncomingHttpHeaders } from 'node:http';
import express from 'express';
import type { Call, Operation } from '../kernel/operation.ts';
import type { Dialect } from '../kernel/serve.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { accountOperations } from './account-operations.ts';
import { consentSite } from './consent-site.ts';
import { containerOperations } from './container-operations.ts';
import { graphTrouble, traceId, unknownObject, unknownPath } from './errors.ts';
import { feedOperations } from './feed-operations.ts';
import { instagramLoginOperations } from './instagram-login-operations.ts';
import { instagramOperations } from './instagram-operations.ts';
import { templateCheck } from './messaging/check-template.ts';
import { messagingControls } from './messaging/controls.ts';
import { fastPath, messageOperations } from './messaging/fast-path.ts';
import { type Messages, openMessages } from './messaging/messages.ts';
import { mediaOperations } from './messaging/uploads.ts';
import { oauthOperations } from './oauth-operations.ts';
import { photoOperations } from './photo-operations.ts';
import { postOperations } from './post-operations.ts';
import { reelOperations } from './reel-operations.ts';
import { tellOfRemoval } from './revocation.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { templateControls } from './template-controls.ts';
import { templateOperations } from './template-operations.ts';
import { tokenOperations } from './token-operations.ts';
import { videoOperations } from './video-operations.ts';
import { webhookControls } from './webhook-controls.ts';
import { whatsappOperations } from './whatsapp-operations.ts';
import { principalOf } from './auth.ts';
import { graphAccounts, graphTokens } from './seeds.ts';

const maxBody = '4mb';
const maxFilm = '64mb';

/** Meta's Graph API for Facebook pages, Instagram accounts and WhatsApp numbers, with all of its hosts at one address. */
export const graph: Network = {
  name: 'graph',
  accounts: graphAccounts,
  tokens: graphTokens,
  route: (url) => url.replace(/^\/v\d+\.\d+(?=\/|\?|$)/, '') || '/',
  body: [
    express.json({ limit: maxBody }),
    express.raw({
      type: ['application/octet-stream', 'multipart/form-data', 'image/*', 'video/*', 'application/pdf'],
      limit: maxFilm,
    }),
    // A sample that is uploaded need not say what it is: its session does.
    express.raw({ type: ({ headers }) => saysNothing(headers) && headers['content-length'] !== '0', limit: maxFilm }),
    express.urlencoded({ extended: true, limit: maxBody, parameterLimit: 1000 }),
  ],
  dialect,
  site: consentSite,
  afterRevocation: tellOfRemoval,
  controls: (world) => [
    ...webhookControls(world),
    ...templateControls(world),
    ...messagingControls(world, messagesOf(world)),
  ],
  fastPath: (world) => fastPath(world, messagesOf(world)),
  operations: (world) => [
    ...instagramLoginOperations(world),
    ...oauthOperations(world),
    ...tokenOperations(world),
    ...subscriptionOperations(world),
    ...templateOperations(world),
    ...messageOperations(world, messagesOf(world)),
    ...mediaOperations(world, messagesOf(world)),
    ...whatsappOperations(world),
    ...accountOperations(world),
    ...photoOperations(world),
    ...videoOperations(world),
    ...reelOperations(world),
    ...feedOperations(world),
    ...postOperations(world),
    ...containerOperations(world),
    ...instagramOperations(world),
    ...unknownOperations(world),
  ],
};

const saysNothing = (headers: IncomingHttpHeaders): boolean => headers['content-type'] === undefined;

const opened = new WeakMap<World, Messages>();

/** The messages of a world, which its fast path, its operations and its controls share. */
function messagesOf(world: World): Messages {
  const messages = opened.get(world) ?? openMessages(world, templateCheck(world));
  opened.set(world, messages);
  return messages;
}

function dialect(world: World): Dialect {
  return { trouble: graphTrouble, headers: (call) => headers(world, call) };
}

const newestVersion = 'v26.0';

function headers(world: World, call: Call): Record<string, string> {
  const { callCount, totalCpuTime, totalTime, estimatedTimeToRegainAccessMin } = world.settings.current().usage;
  const usage = { call_count: callCount, total_cputime: totalCpuTime, total_time: totalTime };
  const account = call.params['page'] ?? call.params['account'] ?? call.params['node']?.split('_')[0] ?? 'app';
  const type = call.params['account'] === undefined ? 'pages' : 'instagram';
  const business = [{ type, ...usage, estimated_time_to_regain_access: estimatedTimeToRegainAccessMin }];
  return {
    'X-App-Usage': JSON.stringify(usage),
    'X-Page-Usage': JSON.stringify(usage),
    'X-Business-Use-Case-Usage': JSON.stringify({ [account]: business }),
    'x-fb-trace-id': traceId(),
    'x-fb-request-id': call.requestId,
    'facebook-api-version': /^\/(v\d+\.\d+)/.exec(call.path)?.[1] ?? newestVersion,
  };
}

/** What is left: objects and paths that nobody knows. */
function unknownOperations(world: World): Operation[] {
  const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
  return methods.map((method) => ({
    name: 'graph.unknown',
    method,
    path: '/{*path}',
    handle: (call) => {
      principalOf(world, call);
      const [, node = '', edge] = call.path.replace(/^\/v\d+\.\d+/, '').split('/');
      if (!/^[\d_]+$/.test(node)) throw unknownPath(`/${node}`);
      throw edge === undefined ? unknownObject(node, method.toLowerCase()) : unknownPath(`/${edge}`);
    },
  }));
}
