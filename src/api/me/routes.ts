import { z } from 'zod';
import { selectMember } from '../../db/member.ts';
import { selectTenant } from '../../db/tenant-read.ts';
import { permissions } from '../../domain/permission.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { groupRef, presentMember, roleRef, userId } from '../users/user-view.ts';

const me = z
  .object({
    user: z
      .object({
        id: userId,
        kind: z.enum(['person', 'service']).meta({ description: 'A person, or the account of an integration.' }),
        username: z.string().meta({ description: 'As in Keycloak.', example: 'elena.aurora' }),
        displayName: z.string().meta({ description: 'As others see it.', example: 'Elena Conti' }),
        email: z.string().nullable().meta({ description: 'Null for a service account.' }),
      })
      .meta({ description: 'Who the token stands for.' }),
    tenant: z
      .object({
        id: z.string().meta({ description: 'The tenant’s id.' }),
        slug: z.string().meta({ description: 'What `Chorally-Tenant` takes.', example: 'aurora' }),
        name: z.string().meta({ description: 'As people call it.', example: 'Mercato Aurora' }),
      })
      .meta({ description: 'The tenant that this request acts for.' }),
    permissions: z.array(z.enum(permissions)).meta({ description: 'What the roles allow, sorted.' }),
    roles: z.array(roleRef).meta({ description: 'The roles held in this tenant.' }),
    groups: z.array(groupRef).meta({ description: 'The groups belonged to.' }),
    locale: z.string().meta({ description: 'The user’s own, or else the tenant’s.', example: 'it' }),
    timeZone: z
      .string()
      .meta({ description: 'IANA name; the user’s own, or else the tenant’s.', example: 'Europe/Rome' }),
    operator: z.boolean().meta({ description: 'True for the vendor’s staff, who are shown links to the Temporal UI.' }),
  })
  .meta({ id: 'Me', description: 'The caller, as this tenant knows it.' });

const showMe = defineRoute({
  method: 'get',
  path: '/v1/me',
  tag: 'Me',
  summary: 'Show who the token stands for',
  description: 'The caller with its permissions, roles and groups in the tenant that the request acts for.',
  permission: null,
  answer: { status: 200, schema: me, description: 'The caller.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller }) => {
    const [member, tenant] = [await selectMember(trx, caller.userId), await selectTenant(trx, caller.tenantId)];
    if (member === null || tenant === null) throw new Error('an admitted member has disappeared');
    const { id, kind, username, displayName, email, roles, groups } = presentMember(member);
    return answer({
      user: { id, kind, username, displayName, email },
      tenant,
      permissions: [...caller.permissions].toSorted(),
      roles,
      groups,
      locale: caller.locale,
      timeZone: caller.timeZone,
      operator: caller.operator,
    });
  },
});

export const meRoutes = [showMe];
