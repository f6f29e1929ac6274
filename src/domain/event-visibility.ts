import type { EventKind } from './event.ts';
import type { Permission } from './permission.ts';

/**
 * Which permission shows events of a kind: the one that also shows what they tell of. A kind without a decision here
 * does not compile.
 */
const seenWith: Readonly<Record<EventKind, Permission>> = {
  'post.created': 'post.read',
  'post.edited': 'post.read',
  'post.deleted': 'post.read',
  'post.submitted': 'post.read',
  'post.approved': 'post.read',
  'post.changes_requested': 'post.read',
  'post.rejected': 'post.read',
  'post.scheduled': 'post.read',
  'post.rescheduled': 'post.read',
  'post.cancelled': 'post.read',
  'post.publish_now': 'post.read',
  'post.missed_slot': 'post.read',
  'post.publishing': 'post.read',
  'post.published': 'post.read',
  'post.partially_published': 'post.read',
  'post.failed': 'post.read',
  'target.sending': 'post.read',
  'target.published': 'post.read',
  'target.rejected': 'post.read',
  'target.unconfirmed': 'post.read',
  'target.parked': 'post.read',
  'target.released': 'post.read',
  'target.retrying': 'post.read',
  'target.resolved': 'post.read',
  'target.edited': 'post.read',
  'target.removed': 'post.read',
  'approval.vote': 'post.read',
  'connection.checked': 'connection.read',
  'connection.repaired': 'connection.read',
  'connection.broken': 'connection.read',
  'post.review_reopened': 'post.read',
  'connection.suspended': 'connection.read',
  'connection.resumed': 'connection.read',
  'tenant.halted': 'post.read',
  'tenant.released': 'post.read',
  'media.uploaded': 'post.read',
  'business_calendar.created': 'calendar.read',
  'business_calendar.changed': 'calendar.read',
  'business_calendar.deleted': 'calendar.read',
};

/** Whether who holds these permissions may be told that this has happened. */
export function maySee(kind: EventKind, permissions: ReadonlySet<Permission>): boolean {
  return permissions.has(seenWith[kind]);
}
