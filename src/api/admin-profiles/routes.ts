import { z } from 'zod';
import {
  type AdminProfilePosition,
  type AdminProfileRow,
  pagesShown,
  selectAdminProfile,
  selectAdminProfiles,
} from '../../db/admin-profile.ts';
import { badge } from '../../domain/connection.ts';
import { grantFamilies, lostFeatures } from '../../domain/grant.ts';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { networks } from '../../domain/network.ts';
import { badgeCode, connectionState, feature, grantKind } from '../connections/connection-codes.ts';
import { adminProfileId, connectionId } from '../connections/connection-view.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { instantView } from '../schemas.ts';

const codec = cursorCodec<AdminProfilePosition>('admin profiles', z.tuple([cursorText, z.uuid()]));

const grantedPage = z.object({
  connectionId,
  network: z.enum(networks).meta({ description: 'Where the page lives.' }),
  grantKind,
  name: z.string().meta({ description: 'The page’s name.' }),
  state: connectionState,
  badge: badgeCode,
  scopes: z.array(z.string()).nullable().meta({ description: 'What was granted; null: the network does not tell.' }),
  missingScopes: z.array(z.string()).meta({ description: 'What was asked for and is not there.' }),
  lostFeatures: z.array(feature).meta({ description: 'What does not work for want of it.' }),
});

const adminProfileView = z
  .object({
    id: adminProfileId,
    family: z.enum(grantFamilies).meta({
      description:
        'Whose account it is: one person is the same on Facebook, Instagram by Facebook Login and WhatsApp (`meta`), and on all of Google.',
    }),
    externalId: z.string().meta({ description: 'The network’s own id of it.' }),
    name: z.string().meta({ description: 'As the network calls it.', example: 'Chiara Ferri' }),
    firstGrantedAt: instantView('When it first granted us access.'),
    lastGrantedAt: instantView('When it last did.'),
    pageCount: z.int().meta({ description: 'How many connections live by its grants, or did when they ended.' }),
    pages: z.array(grantedPage).meta({
      description: `The first ${pagesShown} of them, by name; all of them: \`GET /v1/connections?adminProfileId=\`.`,
    }),
  })
  .meta({ id: 'AdminProfile', description: 'A person, a bot or a key that has granted us access at a network.' });

const listAdminProfiles = defineRoute({
  method: 'get',
  path: '/v1/admin-profiles',
  tag: 'Connections',
  summary: 'List who granted access',
  description: 'The profiles that granted access at the networks, by name, each with its pages.',
  permission: 'connection.read',
  query: z.strictObject({
    ...pageQuery,
    family: z.enum(grantFamilies).optional().meta({ description: 'Only profiles of this family of networks.' }),
  }),
  answer: { status: 200, schema: pageOf(adminProfileView), description: 'A page of profiles.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor, family = null } }) => {
    const rows = await selectAdminProfiles(trx, { family, after: codec.decode(cursor), limit });
    return answer(
      pageFrom(rows, limit, { codec, positionOf: ({ name, id }) => [name, id] as const, present: presentProfile }),
    );
  },
});

const showAdminProfile = defineRoute({
  method: 'get',
  path: '/v1/admin-profiles/{adminProfileId}',
  tag: 'Connections',
  summary: 'Show who granted access',
  description: 'One profile with its pages.',
  permission: 'connection.read',
  params: z.strictObject({ adminProfileId }),
  answer: { status: 200, schema: adminProfileView, description: 'The profile.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const row = await selectAdminProfile(trx, params.adminProfileId);
    if (row === null) throw refuse('not_found');
    return answer(presentProfile(row));
  },
});

function presentProfile(row: AdminProfileRow): z.input<typeof adminProfileView> {
  return {
    id: row.id,
    family: row.family,
    externalId: row.external_id,
    name: row.name,
    firstGrantedAt: row.first_granted_at.toISOString(),
    lastGrantedAt: row.last_granted_at.toISOString(),
    pageCount: row.page_count,
    pages: row.pages.map(({ id, network, grantKind, name, state, scopes, missingScopes }) => ({
      connectionId: id,
      network,
      grantKind,
      name,
      state,
      badge: badge(state),
      scopes: scopes === null ? null : [...scopes],
      missingScopes: [...missingScopes],
      lostFeatures: [...lostFeatures(scopesOf(network, grantKind), missingScopes)],
    })),
  };
}

export const adminProfileRoutes: readonly Route[] = [listAdminProfiles, showAdminProfile];
