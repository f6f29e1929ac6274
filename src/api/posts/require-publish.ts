import { refuseCommon } from '../common-problems.ts';
import type { Caller } from '../route-context.ts';

/** Throws 403 unless the caller may publish. `what` says what needs it where the route itself does not. */
export function requirePublish({ permissions }: Caller, what = 'No approval policy applies here, so this'): void {
  const permission = 'post.publish';
  if (permissions.has(permission)) return;
  throw refuseCommon('missing_permission', {
    detail: `${what} needs the permission ${permission}.`,
    extensions: { permission },
  });
}
