/** What the append-only log speaks of. */
export const entityKinds = ['tenant', 'post', 'approval', 'connection', 'media', 'business_calendar'] as const;

export type EntityKind = (typeof entityKinds)[number];

/** What can happen. Timeline, audit, server-sent events and later webhooks are read from these. */
export const eventKinds = [
  'post.created',
  'post.edited',
  'post.deleted',
  'post.submitted',
  'post.approved',
  'post.changes_requested',
  'post.rejected',
  'post.scheduled',
  'post.rescheduled',
  'post.cancelled',
  'post.publish_now',
  'post.missed_slot',
  'post.review_reopened',
  'post.publishing',
  'post.published',
  'post.partially_published',
  'post.failed',
  'target.sending',
  'target.published',
  'target.rejected',
  'target.unconfirmed',
  'target.parked',
  'target.released',
  'target.retrying',
  'target.resolved',
  'target.edited',
  'target.removed',
  'approval.vote',
  'connection.checked',
  'connection.repaired',
  'connection.broken',
  'connection.suspended',
  'connection.resumed',
  'tenant.halted',
  'tenant.released',
  'media.uploaded',
  'business_calendar.created',
  'business_calendar.changed',
  'business_calendar.deleted',
] as const;

export type EventKind = (typeof eventKinds)[number];
