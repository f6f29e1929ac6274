import { z } from 'zod';
import type { ConnectionRow } from '../../db/connection.ts';
import { badge, connectionStates } from '../../domain/connection.ts';
import { passedSlotPolicies } from '../../domain/hold.ts';
import type { ConnectionId, PolicyId } from '../../domain/ids.ts';
import { networks } from '../../domain/network.ts';
import { id, instantView } from '../schemas.ts';
import { userId } from '../users/user-view.ts';

export const connectionId = id<ConnectionId>('The connection.');

const lastError = z
  .object({
    code: z.enum(['grant_gone', 'permission_lost', 'network_trouble', 'no_answer']).meta({
      description:
        '`grant_gone`: consent is needed again; `permission_lost`: a wider one; the others pass by themselves.',
    }),
    providerStatus: z.int().nullable().meta({ description: 'The HTTP status of the network’s answer.' }),
    providerCode: z.string().nullable().meta({ description: 'The network’s own code.' }),
    providerMessage: z.string().nullable().meta({ description: 'The network’s own words.' }),
    at: instantView('When it happened.'),
  })
  .meta({ id: 'ConnectionError', description: 'The last thing that went wrong.' });

export const connectionView = z
  .object({
    id: connectionId,
    network: z.enum(networks).meta({ description: 'Where the page lives.' }),
    externalId: z.string().meta({ description: 'The network’s own id of the page.' }),
    name: z.string().meta({ description: 'The page’s name.', example: 'Mercato Aurora' }),
    state: z.enum(connectionStates).meta({ description: 'Where the connection stands.' }),
    badge: z.enum(['connected', 'refresh', 'disconnected']).nullable().meta({
      description: 'The same as a traffic light: green, yellow, red; null while it is being made.',
    }),
    approvalPolicyId: id<PolicyId>('The policy that posts to this page must pass, besides the tenant’s.').nullable(),
    connectedAt: instantView('When it was made or made again.'),
    connectedBy: userId.nullable(),
    lastSuccessAt: instantView('When the network last did what we asked.').nullable(),
    lastCheckedAt: instantView('When it was last checked.').nullable(),
    lastError: lastError.nullable().meta({ description: 'Null while all is well.' }),
    suspendedAt: instantView('Since when nothing goes out through it, because a person said so.').nullable(),
    suspendedBy: userId.nullable(),
    passedSlots: z
      .enum(passedSlotPolicies)
      .meta({ description: 'What a repair does with targets whose slot has passed meanwhile.' }),
    parkedTargets: z.int().meta({ description: 'How many targets of posts wait because of it, or of a crisis stop.' }),
  })
  .meta({ id: 'Connection', description: 'A business page or account on a network.' });

export function presentConnection(row: ConnectionRow) {
  return {
    id: row.id,
    network: row.network,
    externalId: row.external_id,
    name: row.name,
    state: row.state,
    badge: badge(row.state),
    approvalPolicyId: row.approval_policy_id,
    connectedAt: row.connected_at.toISOString(),
    connectedBy: row.connected_by,
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    lastCheckedAt: row.last_checked_at?.toISOString() ?? null,
    lastError: row.last_error,
    suspendedAt: row.suspended_at?.toISOString() ?? null,
    suspendedBy: row.suspended_by,
    passedSlots: row.passed_slots,
    parkedTargets: row.parked_targets,
  };
}
