import { z } from 'zod';
import type { MemberRow } from '../../db/member.ts';
import type { GroupId, UserId } from '../../domain/ids.ts';
import { id } from '../schemas.ts';

export const userId = id<UserId>('The user: the `sub` of its tokens.');
export const groupId = id<GroupId>('The group.');

export const roleRef = z
  .object({
    key: z.string().meta({ description: 'Stable name.', example: 'editor' }),
    name: z.string().meta({ description: 'As people call it.', example: 'Editor' }),
  })
  .meta({ id: 'RoleRef', description: 'A role.' });

export const groupRef = z
  .object({ id: groupId, name: z.string().meta({ description: 'As people call it.', example: 'Redazione' }) })
  .meta({ id: 'GroupRef', description: 'A group.' });

export const userView = z
  .object({
    id: userId,
    kind: z.enum(['person', 'service']).meta({ description: 'A person, or the account of an integration.' }),
    username: z.string().meta({ description: 'As in Keycloak.', example: 'elena.aurora' }),
    displayName: z.string().meta({ description: 'As others see it.', example: 'Elena Conti' }),
    email: z.string().nullable().meta({ description: 'Null for a service account.' }),
    locale: z.string().nullable().meta({ description: 'Null: the tenant’s.', example: 'it' }),
    timeZone: z.string().nullable().meta({ description: 'IANA name; null: the tenant’s.', example: 'Europe/Rome' }),
    active: z.boolean().meta({ description: 'False once removed; a removed user can do nothing.' }),
    roles: z.array(roleRef).meta({ description: 'The roles held in this tenant.' }),
    groups: z.array(groupRef).meta({ description: 'The groups belonged to.' }),
  })
  .meta({ id: 'User', description: 'A person or service account of the tenant.' });

export function presentMember(row: MemberRow) {
  return {
    id: row.user_id,
    kind: row.kind,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    locale: row.locale,
    timeZone: row.time_zone,
    active: row.active,
    roles: [...row.roles],
    groups: [...row.groups],
  };
}
