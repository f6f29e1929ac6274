/** Everything a member may be allowed to do. Checked per route; granted through the tenant's roles. */
export const permissions = [
  'post.read',
  'post.write',
  'post.approve',
  'post.publish',
  'post.halt',
  'media.write',
  'connection.read',
  'connection.check',
  'connection.write',
  'user.read',
  'calendar.read',
  'calendar.write',
] as const;

export type Permission = (typeof permissions)[number];

export interface BuiltInRole {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

const read = ['post.read', 'connection.read', 'user.read', 'calendar.read'] as const;

/** The roles that every tenant starts with. They are rows like any other; the table in `docs/security.md` shows them. */
export const builtInRoles = {
  tenant_admin: { name: 'Tenant admin', permissions },
  editor: { name: 'Editor', permissions: [...read, 'post.write', 'post.publish', 'media.write', 'connection.check'] },
  reviewer: { name: 'Reviewer', permissions: [...read, 'post.approve'] },
  agent: { name: 'Agent', permissions: [...read, 'media.write'] },
  supervisor: {
    name: 'Supervisor',
    permissions: [
      ...read,
      'post.write',
      'post.approve',
      'post.publish',
      'post.halt',
      'media.write',
      'connection.check',
      'calendar.write',
    ],
  },
  viewer: { name: 'Viewer', permissions: read },
} as const satisfies Record<string, BuiltInRole>;

export type BuiltInRoleKey = keyof typeof builtInRoles;
