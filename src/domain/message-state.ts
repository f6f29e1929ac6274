import type { CampaignMessageState } from './campaign-message.ts';
import type { Instant } from './ids.ts';
import type { MessageStatus, ReportedState } from './number-news.ts';

/** What is known of one message that was sent, or will be. */
export interface Delivery<State extends CampaignMessageState = CampaignMessageState> {
  readonly state: State;
  readonly providerMessageId: string | null;
  readonly sentAt: Instant | null;
  readonly deliveredAt: Instant | null;
  readonly readAt: Instant | null;
  readonly failedAt: Instant | null;
  readonly errorCode: number | null;
}

/**
 * What is known once a status has come. Statuses come late, repeatedly and in any order: whatever the order, the result
 * is the same, and nothing goes backwards. That somebody has received a message proves more than any failure.
 */
export function withStatus<State extends CampaignMessageState>(
  known: Delivery<State>,
  status: MessageStatus,
): Delivery<State | ReportedState> {
  if (!concerns(known, status)) return known;
  const state = further(known.state, status.state);
  const reached = (least: ReportedState): boolean => rank[status.state] >= rank[least];
  const arrived = status.state !== 'failed';
  const failed = state === 'failed';
  const failure = failed ? earlierFailure(known, status) : { failedAt: null, errorCode: null };
  const next: Delivery<State | ReportedState> = {
    state,
    providerMessageId: pending.has(known.state) ? status.providerId : (known.providerMessageId ?? status.providerId),
    sentAt: arrived ? earliest(known.sentAt, status.at) : known.sentAt,
    deliveredAt: arrived && reached('delivered') ? earliest(known.deliveredAt, status.at) : known.deliveredAt,
    readAt: reached('read') ? earliest(known.readAt, status.at) : known.readAt,
    ...failure,
  };
  return same(known, next) ? known : next;
}

const rank = { sent: 1, failed: 2, delivered: 3, read: 4 } as const satisfies Record<ReportedState, number>;
const pending: ReadonlySet<CampaignMessageState> = new Set(['queued', 'claimed', 'sending', 'skipped']);

/**
 * Whether a status speaks of what the row is about now. A row that waits to be sent again keeps the id of the attempt
 * that was refused, so that whatever else is told of that one counts for nothing. One whose first attempt got no answer
 * has no id: that it was sent after all must be known before it is sent again; that it failed changes nothing any more.
 */
export function concerns({ state, providerMessageId }: Delivery, status: MessageStatus): boolean {
  switch (state) {
    case 'queued':
    case 'claimed':
    case 'skipped':
      return providerMessageId === null && status.state !== 'failed';
    case 'sending':
      return providerMessageId !== status.providerId;
    case 'sent':
    case 'delivered':
    case 'read':
    case 'failed':
    case 'unconfirmed':
      return status.state !== 'failed' || providerMessageId === null || providerMessageId === status.providerId;
  }
}

function further<State extends CampaignMessageState>(known: State, told: ReportedState): State | ReportedState {
  return isReported(known) && rank[known] >= rank[told] ? known : told;
}

function isReported(state: CampaignMessageState): state is ReportedState {
  return state in rank;
}

/** Of several failures the first one counts; of two at once, the lower code. */
function earlierFailure(known: Delivery, status: MessageStatus): Pick<Delivery, 'failedAt' | 'errorCode'> {
  const { failedAt, errorCode } = known;
  if (status.state !== 'failed') return { failedAt, errorCode };
  const told = { failedAt: status.at, errorCode: status.errorCode };
  if (failedAt === null || status.at < failedAt) return told;
  return status.at === failedAt && (status.errorCode ?? Infinity) < (errorCode ?? Infinity)
    ? told
    : { failedAt, errorCode };
}

function earliest(known: Instant | null, told: Instant): Instant {
  return known === null ? told : Math.min(known, told);
}

function same(a: Delivery, b: Delivery): boolean {
  return (Object.keys(b) as (keyof Delivery)[]).every((key) => a[key] === b[key]);
}
