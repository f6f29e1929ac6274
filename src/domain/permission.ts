/** Everything a member may be allowed to do. Checked per route; granted through the tenant's roles. */
export const permissions = [
  'post.read',
  'post.comment',
  'post.write',
  'post.approve',
  'post.publish',
  'post.halt',
  'approval.skip',
  'policy.read',
  'policy.write',
  'media.write',
  'connection.read',
  'connection.check',
  'connection.write',
  'contact.read',
  'contact.write',
  'template.write',
  'campaign.read',
  'campaign.write',
  'campaign.send',
  'message.send',
  'user.read',
  'user.write',
  'absence.write',
  'calendar.read',
  'calendar.write',
] as const;

export type Permission = (typeof permissions)[number];

export interface BuiltInRole {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

const read = [
  'post.read',
  'policy.read',
  'connection.read',
  'contact.read',
  'campaign.read',
  'user.read',
  'calendar.read',
] as const;
const work = [...read, 'post.comment'] as const;

/** The roles that every tenant starts with. They are rows like any other; the table in `docs/security.md` shows them. */
export const builtInRoles = {
  tenant_admin: { name: 'Tenant admin', permissions },
  editor: {
    name: 'Editor',
    permissions: [
      ...work,
      'post.write',
      'post.publish',
      'media.write',
      'connection.check',
      'contact.write',
      'template.write',
      'campaign.write',
    ],
  },
  reviewer: { name: 'Reviewer', permissions: [...work, 'post.approve'] },
  agent: { name: 'Agent', permissions: [...work, 'media.write', 'contact.write', 'message.send'] },
  supervisor: {
    name: 'Supervisor',
    permissions: [
      ...work,
      'post.write',
      'post.approve',
      'post.publish',
      'post.halt',
      'media.write',
      'connection.check',
      'contact.write',
      'template.write',
      'campaign.write',
      'campaign.send',
      'message.send',
      'absence.write',
      'calendar.write',
    ],
  },
  viewer: { name: 'Viewer', permissions: read },
} as const satisfies Record<string, BuiltInRole>;

export type BuiltInRoleKey = keyof typeof builtInRoles;
