import { sql } from 'kysely';
import type { NotificationId } from '../domain/ids.ts';
import type { NotificationOrder } from '../domain/notification.ts';
import { newId } from '../platform/new-id.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Lets people know, in the transaction of what they must know: in their list, and by e-mail if they have an address.
 * Left out are the inactive, service accounts and the actor. Idempotent: a person hears once of each episode.
 */
export async function insertNotifications(trx: TenantTransaction, order: NotificationOrder): Promise<void> {
  const recipients = [...new Set(order.recipients)].filter((user) => user !== order.by);
  if (recipients.length === 0) return;
  const { tenantId, kind, episode, by, at } = order;
  const postId = 'postId' in order ? order.postId : null;
  const connectionId = 'connectionId' in order ? order.connectionId : null;
  const campaignId = 'campaignId' in order ? order.campaignId : null;
  const ids = recipients.map(() => newId<NotificationId>());
  await sql`
    with added as (
      insert into notification (tenant_id, id, kind, post_id, connection_id, campaign_id, episode, user_id, actor_id,
                                data, created_at)
      select ${tenantId}, recipient.id, ${kind}, ${postId}::uuid, ${connectionId}::uuid, ${campaignId}::uuid, ${episode},
             recipient.user_id, ${by}::uuid, ${JSON.stringify(order.data)}::jsonb, ${at}
      from unnest(${ids}::uuid[], ${recipients}::uuid[]) as recipient (id, user_id)
      join tenant_member member on member.tenant_id = ${tenantId} and member.user_id = recipient.user_id
      where member.active and member.kind = 'person'
      -- The ids are new: what can be there already is what this person was told of this subject.
      on conflict do nothing
      returning tenant_id, id, user_id
    )
    insert into notification_mail (tenant_id, notification_id, created_at, next_attempt_at)
    select added.tenant_id, added.id, ${at}, ${at}
    from added
    join tenant_member member on member.tenant_id = added.tenant_id and member.user_id = added.user_id
    where member.email is not null`.execute(trx);
}
