import { z } from 'zod';
import type { ConnectionRow } from '../../db/connection-card.ts';
import { badge, revocations } from '../../domain/connection.ts';
import { lostFeatures } from '../../domain/grant.ts';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { passedSlotPolicies } from '../../domain/hold.ts';
import type { AdminProfileId, ConnectionId, PolicyId, UserId } from '../../domain/ids.ts';
import { networks } from '../../domain/network.ts';
import { remedySentence } from '../../messages/remedy.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';
import { badgeCode, connectionState, feature, grantKind } from './connection-codes.ts';
import { pictureAddress, type Presenting } from './presenting.ts';

export const connectionId = id<ConnectionId>('The connection.');
export const adminProfileId = id<AdminProfileId>('Who granted us access at a network: a person, a bot, a key.');

const lastError = z
  .object({
    code: z.enum(['grant_gone', 'permission_lost', 'network_trouble', 'no_answer']).meta({
      description:
        '`grant_gone`: the network refused the token, and a person must consent again; `permission_lost`: it refused a call for want of a permission; `network_trouble`: it answered with an error or asked for a pause; `no_answer`: it did not answer. The last two pass by themselves.',
    }),
    providerStatus: z.int().nullable().meta({ description: 'The HTTP status of the network’s answer.' }),
    providerCode: z.string().nullable().meta({ description: 'The network’s own code.' }),
    providerMessage: z.string().nullable().meta({ description: 'The network’s own words.' }),
    at: instantView('When it happened.'),
  })
  .meta({ id: 'ConnectionError', description: 'The last thing that went wrong.' });

const missingScope = z
  .object({
    scope: z.string().meta({ description: 'As the network calls it.', example: 'pages_manage_posts' }),
    features: z.array(feature).meta({ description: 'What needs it.' }),
  })
  .meta({ id: 'MissingScope', description: 'A permission that we asked for and do not have.' });

export const connectionView = z
  .object({
    id: connectionId,
    network: z.enum(networks).meta({ description: 'Where the page lives.' }),
    grantKind,
    externalId: z.string().meta({ description: 'The network’s own id of the page.' }),
    name: z.string().meta({ description: 'The page’s name.', example: 'Mercato Aurora' }),
    picture: z
      .object({ url: z.string(), expiresAt: instantView('Until when it can be used.') })
      .nullable()
      .meta({ description: 'The page’s picture, as a JPEG that we keep, at a signed address. Null: none is known.' }),
    state: connectionState,
    badge: badgeCode,
    adminProfile: z
      .object({ id: adminProfileId, name: z.string().meta({ description: 'As the network calls them.' }) })
      .nullable()
      .meta({ description: 'Who granted access at the network; null: from before that was kept.' }),
    scopes: z
      .array(z.string())
      .nullable()
      .meta({ description: 'The permissions that were granted; null: the network does not tell.' }),
    missingScopes: z
      .array(missingScope)
      .meta({ description: 'Permissions that we asked for and do not have: not given, or gone since.' }),
    lostFeatures: z.array(feature).meta({ description: 'What does not work for want of them; the rest goes on.' }),
    approvalPolicyId: id<PolicyId>(
      'The policy that posts to this page must pass; null: the tenant’s default.',
    ).nullable(),
    connectedAt: instantView('When it was connected, or consented to again.'),
    connectedBy: person.nullable(),
    lastSuccessAt: instantView('When the network last did what we asked.').nullable(),
    lastCheckedAt: instantView(
      'When the network was last asked whether the page works: on schedule, by a check, or by a repair.',
    ).nullable(),
    lastError: lastError.nullable().meta({ description: 'Null while all is well.' }),
    remedy: z.string().nullable().meta({
      description: 'What a person can do about its state, in the caller’s language; null where nothing is wrong.',
      example: 'Facebook no longer accepts the consent. Refresh the connection and consent again.',
    }),
    tokenExpiresAt: instantView(
      'When the token lapses that acts for the page now; where the network renews tokens, it is renewed before. Null: never, or unknown.',
    ).nullable(),
    consentExpiresAt: instantView(
      'When a person must consent again, whatever is renewed. Null: never, or unknown.',
    ).nullable(),
    suspendedAt: instantView('Since when nothing goes out through it, because a person said so.').nullable(),
    suspendedBy: person.nullable(),
    disconnectedAt: instantView('When a person ended it; null: nobody has.').nullable(),
    disconnectedBy: person.nullable(),
    revocation: z.enum(revocations).nullable().meta({
      description:
        'Whether the network has been told that an ended grant is over: `pending`; `done`; `shared`: no, other connections live by the same consent; `failed`: it would not hear; `not_offered`: it has no way to. Null unless disconnected.',
    }),
    passedSlots: z.enum(passedSlotPolicies).meta({
      description:
        'What a repair does with targets whose slot has passed meanwhile: they go out `now`; a person is to `ask` for each that is more than an hour late; or they are `drop`ped.',
    }),
    parkedTargets: z.int().meta({ description: 'How many targets of posts wait because of it, or of a crisis stop.' }),
  })
  .meta({ id: 'Connection', description: 'A business page or account on a network.' });

export function presentConnection(row: ConnectionRow, presenting: Presenting): z.input<typeof connectionView> {
  const asked = scopesOf(row.network, row.grant_kind);
  const { missing_scopes: missing, last_error: error, network, grant_kind: kind, state } = row;
  return {
    id: row.id,
    network,
    grantKind: kind,
    externalId: row.external_id,
    name: row.name,
    picture: pictureAddress(presenting, row.picture_sha256),
    state,
    badge: badge(state),
    adminProfile:
      row.admin_profile_id === null ? null : { id: row.admin_profile_id, name: row.admin_profile_name ?? '' },
    scopes: row.scopes === null ? null : [...row.scopes],
    missingScopes: missing.map((scope) => ({ scope, features: [...lostFeatures(asked, [scope])] })),
    lostFeatures: [...lostFeatures(asked, missing)],
    approvalPolicyId: row.approval_policy_id,
    connectedAt: row.connected_at.toISOString(),
    connectedBy: personOf(row.connected_by, row.connected_by_name),
    lastSuccessAt: iso(row.last_success_at),
    lastCheckedAt: iso(row.last_checked_at),
    lastError: error,
    remedy: remedySentence(presenting.speaker, { network, kind, state, error, missing }),
    tokenExpiresAt: iso(row.token_expires_at),
    consentExpiresAt: iso(row.consent_expires_at),
    suspendedAt: iso(row.suspended_at),
    suspendedBy: personOf(row.suspended_by, row.suspended_by_name),
    disconnectedAt: state === 'disconnected' ? iso(row.disconnected_at) : null,
    disconnectedBy: state === 'disconnected' ? personOf(row.disconnected_by, row.disconnected_by_name) : null,
    revocation: state === 'disconnected' ? row.revocation : null,
    passedSlots: row.passed_slots,
    parkedTargets: row.parked_targets,
  };
}

function personOf(userId: UserId | null, name: string | null) {
  return userId === null ? null : { id: userId, name: name ?? '' };
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
