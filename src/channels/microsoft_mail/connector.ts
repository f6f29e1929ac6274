import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { ConsentConnector, Grant, GrantedPage } from '../connector.ts';
import { consentUrl, exchangeCode, refreshGrant } from './consent.ts';
import { type MicrosoftDependencies, type MicrosoftGraph, microsoftGraph } from './graph.ts';
import { watchInbox } from './watch.ts';

/** Mailboxes of Microsoft 365, granted by whoever signs in to them. */
export function microsoftMailConnector(dependencies: MicrosoftDependencies): ConsentConnector {
  const graph = microsoftGraph(dependencies);
  return {
    network: 'microsoft_mail',
    kind: 'oauth',
    way: 'consent',
    pkce: true,
    authorizationUrl: (request) => consentUrl(dependencies, request),
    exchangeCode: (request, options) => exchangeCode(dependencies, request, options),
    async adminProfile(grant, options) {
      const { id, displayName, userPrincipalName } = await userOf(graph, grant.accessToken, options);
      return { externalId: id, name: displayName ?? userPrincipalName, pictureUrl: null };
    },
    listPages: async (grant, _named, options) => [await mailboxOf(graph, grant, options)],
    async probe({ accessToken }, options) {
      await readInbox(graph, accessToken, options);
      const user = await userOf(graph, accessToken, options);
      return { name: addressOf(user), pictureUrl: null };
    },
    // Told with every refresh; the token itself is not ours to read.
    grantedScopes: async () => null,
    refresh: (held, options) => refreshGrant(dependencies, held, options),
    // Microsoft offers apps no way to end one grant: ending the person's sessions would end them for every app.
    revoke: null,
    watch: (page, wish, options) => watchInbox(graph, page, { wish, now: dependencies.clock() }, options),
  };
}

const user = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string(),
});

function userOf(graph: MicrosoftGraph, accessToken: string, options?: CallOptions): Promise<z.infer<typeof user>> {
  return graph(
    {
      method: 'GET',
      target: { base: 'api', path: '/v1.0/me' },
      query: { $select: 'id,displayName,mail,userPrincipalName' },
      accessToken,
      repeat: 'harmless',
      answer: user,
    },
    options,
  );
}

const addressOf = ({ mail, userPrincipalName }: z.infer<typeof user>): string => mail ?? userPrincipalName;

async function readInbox(graph: MicrosoftGraph, accessToken: string, options?: CallOptions): Promise<void> {
  await graph(
    {
      method: 'GET',
      target: { base: 'api', path: '/v1.0/me/mailFolders/inbox' },
      query: { $select: 'id' },
      accessToken,
      repeat: 'harmless',
      answer: z.object({ id: z.string() }),
    },
    options,
  );
}

async function mailboxOf(graph: MicrosoftGraph, { accessToken }: Grant, options?: CallOptions): Promise<GrantedPage> {
  const owner = await userOf(graph, accessToken, options);
  const address = addressOf(owner);
  const page = { externalId: owner.id, name: address, pictureUrl: null, accessToken: null, details: { address } };
  try {
    await readInbox(graph, accessToken, options);
    return { ...page, refusal: null };
  } catch (error) {
    // An account without a licence for Exchange has no mailbox.
    if (!(error instanceof ChannelError) || error.provider?.code !== 'MailboxNotEnabledForRESTAPI') throw error;
    return { ...page, refusal: 'not_eligible' };
  }
}
