import { z } from 'zod';
import type { CallOptions } from '../channel.ts';
import type { Grant } from '../connector.ts';
import type { Graph, MetaApp } from '../meta/graph.ts';
import { tokenFacts } from '../meta/token-facts.ts';

const managing = 'whatsapp_business_management';
const maxPages = 20;

/**
 * The WhatsApp business accounts that a business has let the app manage. Meta tells them with the token; a token that
 * is limited to none of them manages all that its business owns or was lent.
 */
export async function grantedAccounts(
  graph: Graph,
  app: MetaApp,
  grant: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const facts = await tokenFacts(graph, app, grant.accessToken, options);
  return facts?.targets[managing] ?? accountsOfBusiness(graph, grant, options);
}

const me = z.object({ client_business_id: z.string().nullish() });
const account = z.object({ id: z.string() });

async function accountsOfBusiness(
  graph: Graph,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions,
): Promise<readonly string[]> {
  const common = { accessToken, signal: options.signal } as const;
  const { client_business_id: business } = await graph.call({
    ...common,
    method: 'GET',
    path: '/me',
    query: { fields: 'client_business_id' },
    repeat: 'harmless',
    answer: me,
  });
  if (!business) return [];
  const found: string[] = [];
  for (const edge of ['owned_whatsapp_business_accounts', 'client_whatsapp_business_accounts']) {
    const query = { fields: 'id', limit: '100' };
    const accounts = await graph.list({ ...common, path: `/${business}/${edge}`, query, item: account, maxPages });
    found.push(...accounts.map(({ id }) => id));
  }
  return [...new Set(found)];
}
