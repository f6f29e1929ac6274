import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { HeldGrant } from '../connector.ts';
import type { Graph, MetaApp } from './graph.ts';
import { appToken, tokenFacts } from './token-facts.ts';

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
  const accessToken = appToken(app);
  const facts = await tokenFacts(graph, app, held.accessToken, options);
  if (accessToken === null || facts === null) throw notConfigured(network);
  // Of a token that Meta does not know there is nothing to take back.
  if (facts.userId === null) return;
  await unlessGone(
    graph.call({
      method: 'DELETE',
      path: `/${facts.userId}/permissions`,
      accessToken,
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
  if (app.id === null || app.secret === null) throw notConfigured(network);
  await unlessGone(
    graph.call({
      method: 'GET',
      path: '/oauth/revoke',
      query: { client_id: app.id, client_secret: app.secret, revoke_token: accessToken },
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

function notConfigured(network: string): ChannelError {
  return new ChannelError(`${network} cannot be told: no app id and secret are configured.`, {
    class: 'unknown',
    mayHaveActed: false,
  });
}
