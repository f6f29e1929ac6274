import { z } from 'zod';
import { noticeOf, subjectOf } from '../../db/notice-row.ts';
import type { ListedNotification } from '../../db/notification-list.ts';
import type { CampaignId, ConnectionId, NotificationId, PostId } from '../../domain/ids.ts';
import { notificationKinds } from '../../domain/notification.ts';
import { notificationLine } from '../../messages/notification.ts';
import { speakerFor } from '../../messages/speaker.ts';
import { person } from '../approvals/approval-schemas.ts';
import type { Caller } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';

export const notificationId = id<NotificationId>('The notification.');

const subject = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('post'), id: id<PostId>('The post.') }),
    z.object({ kind: z.literal('connection'), id: id<ConnectionId>('The connection.') }),
    z.object({ kind: z.literal('campaign'), id: id<CampaignId>('The campaign.') }),
  ])
  .meta({ id: 'NotificationSubject', description: 'What it is about.' });

export const notificationView = z
  .object({
    id: notificationId,
    kind: z.enum(notificationKinds).meta({
      description:
        'What has happened; those that begin with `connection_` are about connections, `campaign_` about campaigns, `approval_` about posts or campaigns, the others about posts.',
    }),
    sentence: z.string().meta({
      description: 'The same in the caller’s language.',
      example: 'Elena Conti mentioned you on “Apriamo anche di domenica”',
    }),
    subject,
    actor: person.nullable().meta({ description: 'Who brought it about; null: time, or a process.' }),
    data: z.record(z.string(), z.unknown()).meta({
      description:
        'Ids, codes and instants that belong to it, as far as there are any. Of a connection: `state`, `since` when, `cause`, how many posts were `waiting`. Of a campaign: the `reason` of its pause, `problem`, and the network’s `code`. Of a post or a campaign: `approvalId`, `deadlineAt`, `outcome`, `commentId`. More may be added.',
    }),
    createdAt: instantView('When it happened.'),
    readAt: instantView('When it was read; null: it has not been.').nullable(),
  })
  .meta({ id: 'Notification', description: 'Something that a member has to know.' });

export function presentNotification(
  row: ListedNotification,
  { locale, timeZone }: Pick<Caller, 'locale' | 'timeZone'>,
): z.input<typeof notificationView> {
  const notice = noticeOf(row, { actor: row.actor_name, comment: null });
  return {
    id: row.id,
    kind: row.kind,
    sentence: notificationLine(speakerFor([locale], timeZone), notice),
    subject: subjectOf(row),
    actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name ?? '' },
    data: row.data,
    createdAt: row.created_at.toISOString(),
    readAt: row.read_at?.toISOString() ?? null,
  };
}
