import { z } from 'zod';
import type { AuthorizationRow } from '../../db/connection-authorization.ts';
import { selectKnownPages } from '../../db/connect-page.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { authorizationPurposes, authorizationStates } from '../../domain/authorization.ts';
import { lostFeatures, missingScopes, pageRefusals } from '../../domain/grant.ts';
import { scopesOf } from '../../domain/grant-scopes.ts';
import type { AuthorizationId } from '../../domain/ids.ts';
import { networks } from '../../domain/network.ts';
import { id, instantView } from '../schemas.ts';
import { failureSentence, featureSentence, pageRefusalSentence } from './authorization-sentences.ts';
import { connectionState, feature, grantKind } from './connection-codes.ts';
import { connectionId } from './connection-view.ts';

export const authorizationId = id<AuthorizationId>('The authorization.');

const sentence = z.string().meta({ description: 'The same in words.' });

const refusalCode = z.enum(pageRefusals).meta({
  description:
    '`personal_profile`: only business pages and accounts can be connected; `role_missing`: whoever consented may not act for it; `not_eligible`: the network does not let apps use it.',
});

const pageView = z
  .object({
    externalId: z.string().meta({ description: 'The network’s own id: what a selection names.' }),
    name: z.string().meta({ description: 'The page’s name.', example: 'Mercato Aurora' }),
    pictureUrl: z.string().nullable().meta({ description: 'Its picture at the network; such addresses expire.' }),
    refusal: z
      .object({ code: refusalCode, sentence })
      .nullable()
      .meta({ description: 'Why it cannot be chosen; null if it can.' }),
    connectionId: connectionId
      .nullable()
      .meta({ description: 'The connection that the tenant has of it, new or from before; null if it has none.' }),
    connectionState: connectionState.nullable().meta({ description: 'The state of that connection.' }),
  })
  .meta({ id: 'AuthorizationPage', description: 'A page that the grant reaches.' });

const failureView = z
  .object({
    code: z
      .enum([
        'denied',
        'refused',
        'network_trouble',
        'nothing_to_connect',
        'other_page',
        'same_profile',
        'revocation_pending',
        'ended',
      ])
      .meta({
        description:
          '`denied`: the person did not consent; `refused`: the network took the code or key for wrong; `network_trouble`: it did not answer as it should; `nothing_to_connect`: the grant reaches nothing that can be connected, `pages` may say why; `other_page`: not the page that was to be renewed; `same_profile`: a transfer needs somebody else; `revocation_pending`: an earlier grant of the person is still being taken back; `ended`: the connection was ended meanwhile.',
      }),
    sentence,
    providerStatus: z.int().nullable().meta({ description: 'The HTTP status of the network’s answer.' }),
    providerCode: z.string().nullable().meta({ description: 'The network’s own code.' }),
    providerMessage: z.string().nullable().meta({ description: 'The network’s own words.' }),
    expected: z.string().nullable().meta({ description: 'Of `other_page`: the page that was to come back.' }),
    found: z.array(z.string()).meta({ description: 'Of `other_page`: those that did.' }),
  })
  .meta({ id: 'AuthorizationFailure', description: 'Why an authorization came to nothing.' });

export const authorizationView = z
  .object({
    id: authorizationId,
    purpose: z.enum(authorizationPurposes).meta({
      description:
        '`connect`: new pages; `refresh`: the same page, consented to again; `transfer`: the same page, by somebody else.',
    }),
    network: z.enum(networks).meta({ description: 'Where the person is sent.' }),
    kind: grantKind,
    connectionId: connectionId.nullable().meta({ description: 'The connection to renew; null for new pages.' }),
    state: z.enum(authorizationStates).meta({
      description:
        '`connecting`: the person is at the network; `selecting_page`: they are back, and `pages` are to be chosen from; `connected`: done; `failed`: nothing came of it, see `failure`; `expired`: its time ran out. The last three are final.',
    }),
    createdAt: instantView('When it was begun.'),
    expiresAt: instantView('Until when the person may come back; once they are back, until when pages may be chosen.'),
    grantedBy: z.string().nullable().meta({ description: 'Who consented, as the network calls them.' }),
    pages: z.array(pageView).meta({ description: 'What the grant reaches; empty before the person is back.' }),
    missingScopes: z
      .array(
        z.object({
          scope: z.string().meta({ description: 'The network’s own name.' }),
          features: z.array(feature).meta({ description: 'What needs it.' }),
        }),
      )
      .meta({ description: 'Permissions that we asked for and did not get.' }),
    lostFeatures: z
      .array(z.object({ feature, sentence }))
      .meta({ description: 'What will not work for want of them.' }),
    failure: failureView.nullable().meta({ description: 'Null unless it came to nothing.' }),
  })
  .meta({ id: 'ConnectionAuthorization', description: 'One way to a network and back.' });

/** An authorization as it stands, with what the tenant already has of its pages. */
export async function presentAuthorization(trx: TenantTransaction, row: AuthorizationRow) {
  const known = await selectKnownPages(
    trx,
    row.network,
    row.pages.map(({ externalId }) => externalId),
  );
  const asked = scopesOf(row.network, row.grant_kind);
  const missing = row.scopes === null ? [] : missingScopes(asked, row.scopes);
  const lost = lostFeatures(
    asked,
    missing.map(({ scope }) => scope),
  );
  return {
    id: row.id,
    purpose: row.purpose,
    network: row.network,
    kind: row.grant_kind,
    connectionId: row.connection_id,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    grantedBy: row.profile_name,
    pages: row.pages.map(({ externalId, name, pictureUrl, refusal }) => {
      const connection = known.find((candidate) => candidate.external_id === externalId);
      return {
        externalId,
        name,
        pictureUrl,
        refusal: refusal === null ? null : { code: refusal, sentence: pageRefusalSentence(refusal) },
        connectionId: connection?.id ?? null,
        connectionState: connection?.state ?? null,
      };
    }),
    missingScopes: missing.map(({ scope, features: needing }) => ({ scope, features: [...needing] })),
    lostFeatures: lost.map((feature) => ({ feature, sentence: featureSentence(feature) })),
    failure:
      row.failure === null
        ? null
        : { ...row.failure, found: [...row.failure.found], sentence: failureSentence(row.failure, row.network) },
  };
}
