import { type Kysely, sql } from 'kysely';
import { inPlainWords } from '../domain/comment.ts';
import type { NotificationId, TenantId, UserId } from '../domain/ids.ts';
import { type MailOutcome, mailLifetimeMs, type Notice } from '../domain/notification.ts';
import { noticeOf, type NoticeRow, subjectOf } from './notice-row.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

export interface QueuedMail {
  readonly tenantId: TenantId;
  readonly notificationId: NotificationId;
  readonly createdAt: Date;
  /** This try included. */
  readonly attempts: number;
}

/**
 * Claims e-mails that are due, oldest first. A claim is a lease of `leaseMs`: if the process dies, the e-mail is
 * claimed again. Runs as `chorally_system`.
 */
export async function claimMails(
  system: Kysely<Database>,
  { now, leaseMs, limit }: { now: Date; leaseMs: number; limit: number },
): Promise<readonly QueuedMail[]> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<QueuedMail>`
    with due as materialized (
      select tenant_id, notification_id from notification_mail
      where outcome is null and next_attempt_at <= ${now}
      order by next_attempt_at, notification_id
      for update skip locked
      limit ${limit}
    )
    update notification_mail mail set next_attempt_at = ${leaseUntil}, attempts = attempts + 1
    from due where mail.tenant_id = due.tenant_id and mail.notification_id = due.notification_id
    returning mail.tenant_id as "tenantId", mail.notification_id as "notificationId",
              mail.created_at as "createdAt", mail.attempts`.execute(system);
  return rows;
}

/** Writes how an e-mail ended; what has ended stays as it is. `code` never holds a server's words. */
export async function settleMail(
  system: Kysely<Database>,
  { tenantId, notificationId }: QueuedMail,
  { outcome, code, now }: { outcome: MailOutcome; code: string | null; now: Date },
): Promise<void> {
  await mailOf(system, tenantId, notificationId).set({ outcome, settled_at: now, last_error: code }).execute();
}

/** Leaves an e-mail for a later try. */
export async function postponeMail(
  system: Kysely<Database>,
  { tenantId, notificationId }: QueuedMail,
  { code, until }: { code: string; until: Date },
): Promise<void> {
  await mailOf(system, tenantId, notificationId).set({ next_attempt_at: until, last_error: code }).execute();
}

function mailOf(system: Kysely<Database>, tenantId: TenantId, notificationId: NotificationId) {
  return system
    .updateTable('notification_mail')
    .where('tenant_id', '=', tenantId)
    .where('notification_id', '=', notificationId)
    .where('outcome', 'is', null);
}

/** How many e-mails have failed at least `attempts` times and still wait. */
export async function countStuckMails(system: Kysely<Database>, attempts: number): Promise<number> {
  const { count } = await system
    .selectFrom('notification_mail')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('outcome', 'is', null)
    .where('attempts', '>=', attempts)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Gives up what nobody could send for too long, and removes what ended more than a week ago. Returns how many. */
export async function sweepMails(system: Kysely<Database>, now: Date): Promise<{ expired: number; removed: number }> {
  const weekMs = 7 * 24 * 60 * 60_000;
  const { numAffectedRows: expired } = await sql`
    update notification_mail set outcome = 'expired', settled_at = ${now}
    where outcome is null and created_at < ${new Date(now.getTime() - mailLifetimeMs)}`.execute(system);
  const { numAffectedRows: removed } = await sql`
    delete from notification_mail where settled_at < ${new Date(now.getTime() - weekMs)}`.execute(system);
  return { expired: Number(expired ?? 0), removed: Number(removed ?? 0) };
}

export interface Letter {
  readonly subject: ReturnType<typeof subjectOf>;
  readonly recipient: { readonly name: string; readonly address: string };
  /** The member's own, then the tenant's. */
  readonly locales: readonly (string | null)[];
  readonly timeZone: string;
  readonly tenant: string;
  readonly notice: Notice;
}

/**
 * What an e-mail is made of; null when it is for nobody any more: who has left, has no address, or may no longer read
 * posts, connections or campaigns, and what was deleted.
 */
export async function selectLetter(trx: TenantTransaction, id: NotificationId): Promise<Letter | null> {
  const { rows } = await sql<LetterRow>`
    select told.post_id, told.connection_id, told.campaign_id, told.kind, told.data,
           member.display_name, member.email, member.locale, member.time_zone, tenant.name as tenant,
           tenant.locale as tenant_locale, tenant.time_zone as tenant_time_zone,
           actor.display_name as actor, post.scheduled_at, left(revision.content ->> 'text', 280) as excerpt,
           jsonb_array_length(revision.content -> 'targets') as pages,
           connection.name as page, connection.network, campaign.name as campaign,
           comment.body as comment_body,
           (select jsonb_object_agg(person.user_id, person.display_name)
            from post_comment_mention mention
            join tenant_member person on person.tenant_id = mention.tenant_id and person.user_id = mention.user_id
            where mention.tenant_id = told.tenant_id and mention.comment_id = comment.id) as comment_names
    from notification told
    join tenant on tenant.id = told.tenant_id
    join tenant_member member on member.tenant_id = told.tenant_id and member.user_id = told.user_id
    left join post on post.tenant_id = told.tenant_id and post.id = told.post_id
    left join post_revision revision on revision.tenant_id = post.tenant_id and revision.id = post.revision_id
    left join connection on connection.tenant_id = told.tenant_id and connection.id = told.connection_id
    left join campaign on campaign.tenant_id = told.tenant_id and campaign.id = told.campaign_id
    left join tenant_member actor on actor.tenant_id = told.tenant_id and actor.user_id = told.actor_id
    left join post_comment comment on comment.tenant_id = told.tenant_id and comment.post_id = told.post_id
                                  and comment.id = (told.data ->> 'commentId')::uuid
    where told.id = ${id} and member.active and member.email is not null
      and comment.deleted_at is null
      and exists (select 1 from member_role held
                  join role_permission granted on granted.tenant_id = held.tenant_id and granted.role_id = held.role_id
                  where held.tenant_id = member.tenant_id and held.user_id = member.user_id
                    and granted.permission = case when told.campaign_id is not null then 'campaign.read'
                                                  when told.connection_id is not null then 'connection.read'
                                                  else 'post.read' end)`.execute(trx);
  const [row] = rows;
  return row === undefined ? null : letterOf(row);
}

interface LetterRow extends NoticeRow {
  readonly display_name: string;
  readonly email: string;
  readonly locale: string | null;
  readonly time_zone: string | null;
  readonly tenant: string;
  readonly tenant_locale: string;
  readonly tenant_time_zone: string;
  readonly actor: string | null;
  readonly comment_body: string | null;
  readonly comment_names: Readonly<Record<UserId, string>> | null;
}

function letterOf(row: LetterRow): Letter {
  const { actor, comment_body: body, comment_names: names } = row;
  return {
    subject: subjectOf(row),
    recipient: { name: row.display_name, address: row.email },
    locales: [row.locale, row.tenant_locale],
    timeZone: row.time_zone ?? row.tenant_time_zone,
    tenant: row.tenant,
    notice: noticeOf(row, {
      actor,
      comment: body === null ? null : inPlainWords(body, (user) => names?.[user] ?? ''),
    }),
  };
}
