import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { HeldGrant } from '../connector.ts';
import type { Graph, MetaApp } from './graph.ts';
import { appCredentials } from '../oauth.ts';
import { tokenFacts } from './token-facts.ts';

const done = z.union([z.boolean(), z.object({ success: z.union([z.boolean(), z.string()]) })]);

/**
 * Takes all back that a person has granted the app. A page's token may not, so the app does it itself, for the person
 * whose grant the token belongs to.
 */
export async function takeBackPermissions(
  graph: Graph,
  { app, network }: { app: MetaApp; network: string },
  held: HeldGrant,
  options: CallOptions = {},
): Promise<void> {
  const { client_id: id, client_secret: secret } = appCredentials(network, app);
  const userId = (await tokenFacts(graph, app, held.accessToken, options))?.userId ?? null;
  // Of a token that Meta does not know there is nothing to take back.
  if (userId === null) return;
  await unlessGone(
    graph.call({
      method: 'DELETE',
      path: `/${userId}/permissions`,
      accessToken: `${id}|${secret}`,
      repeat: 'harmless',
      signal: options.signal,
      answer: done,
    }),
  );
}

/** Ends the token of a business, which has no person behind it. */
export async function revokeBusinessToken(
  graph: Graph,
  { app, network }: { app: MetaApp; network: string },
  { accessToken }: HeldGrant,
  options: CallOptions = {},
): Promise<void> {
  await unlessGone(
    graph.call({
      method: 'GET',
      path: '/oauth/revoke',
      query: { ...appCredentials(network, app), revoke_token: accessToken },
      accessToken,
      repeat: 'harmless',
      signal: options.signal,
      answer: done,
    }),
  );
}

/** Taking back what is gone is success. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ChannelError) || error.grantProblem !== 'gone') throw error;
  }
}
