import type { Kysely } from 'kysely';
import { type ConnectionCondition, lockCondition, selectHolders, selectReading } from '../db/connection-notice.ts';
import { insertNotifications } from '../db/notification.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { type ConnectionReading, type ConnectionTurn, stillSo } from '../domain/connection-process.ts';
import type { ConnectionId, Instant, TenantId } from '../domain/ids.ts';
import type { NotificationData } from '../domain/notification.ts';

export type ConnectionActivities = ReturnType<typeof connectionActivities>;

interface Key {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** Something that people are to be told of a connection. */
export interface ConnectionNews extends Key {
  readonly turn: ConnectionTurn;
  readonly at: Instant;
}

/** Whether it was told: not if the row says something else by now. */
export interface Telling {
  readonly told: boolean;
  readonly reading: ConnectionReading | null;
}

/** What the process of a connection asks of our own database. */
export function connectionActivities({ db }: { db: Kysely<Database> }) {
  return {
    /** How the connection stands; null: the tenant has none such. */
    readConnection: ({ tenantId, connectionId }: Key): Promise<ConnectionReading | null> =>
      withTenant(db, tenantId, (trx) => selectReading(trx, connectionId)),

    /** Lets those who look after connections know, in their list and by e-mail. */
    tellOfConnection: (news: ConnectionNews): Promise<Telling> =>
      withTenant(db, news.tenantId, (trx) => tell(trx, news)),
  };
}

/** The row decides: of trouble that is over when it would be told, nobody hears. */
async function tell(trx: TenantTransaction, { tenantId, connectionId, turn, at }: ConnectionNews): Promise<Telling> {
  const condition = await lockCondition(trx, connectionId);
  if (condition === null) return { told: false, reading: null };
  const reading = { state: condition.state, grantVersion: condition.grantVersion };
  if (!stillSo(reading, turn.expected)) return { told: false, reading };
  await insertNotifications(trx, {
    tenantId,
    connectionId,
    kind: turn.kind,
    recipients: await selectHolders(trx, 'connection.write'),
    episode: turn.episode,
    by: null,
    at: new Date(at),
    data: dataOf(turn, condition),
  });
  return { told: true, reading };
}

function dataOf({ since }: ConnectionTurn, { state, errorCode, waiting, passedSlots }: ConnectionCondition) {
  return {
    state,
    since: new Date(since).toISOString(),
    waiting,
    passedSlots,
    ...(state === 'refresh_required'
      ? { cause: errorCode === 'permission_lost' ? 'permission_lost' : 'consent_lapsing' }
      : {}),
  } satisfies NotificationData;
}
