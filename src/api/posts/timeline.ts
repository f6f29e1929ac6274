import { selectTimeline } from '../../db/event.ts';
import type { StoredPost } from '../../db/post.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { verdicts } from '../../domain/approval.ts';
import type { ConnectionId, UserId } from '../../domain/ids.ts';
import type { TargetReason } from '../../domain/publication.ts';
import { timelineSentence } from './sentences.ts';
import type { PostView } from './post-view-schemas.ts';

/** The clocks of the API's and the workers' machines may differ by less than this. */
const clockSlackMs = 3_600_000;

/** The events of a post: none is older than it, none newer than its last change or the last word about it. */
export function timelineOf(trx: TenantTransaction, { id, createdAt, updatedAt, notedAt }: StoredPost) {
  return selectTimeline(trx, 'post', id, {
    from: new Date(createdAt.getTime() - clockSlackMs),
    to: new Date(Math.max(updatedAt.getTime(), notedAt?.getTime() ?? 0) + clockSlackMs),
  });
}

type EventRow = Awaited<ReturnType<typeof selectTimeline>>[number];

export interface Names {
  readonly people: ReadonlyMap<UserId, string>;
  readonly pages: ReadonlyMap<ConnectionId, string>;
  readonly timeZone: string;
}

/** The events of a post as its readers see them. */
export function presentTimeline(events: readonly EventRow[], names: Names): PostView['timeline'] {
  return events.map((event) => {
    const name = event.actor_id === null ? null : (names.people.get(event.actor_id) ?? null);
    return {
      at: event.at.toISOString(),
      code: event.kind,
      actor: { kind: event.actor_kind, id: event.actor_id, name },
      sentence: timelineSentence(event.kind, { actor: name, ...facts(event.data, names) }),
      data: event.data,
    };
  });
}

function facts(data: Readonly<Record<string, unknown>>, { people, pages, timeZone }: Names) {
  const { connectionId, scheduledAt, deadlineAt, verdict, reason, sourceId, replyTo } = data;
  const instant = scheduledAt ?? deadlineAt;
  return {
    page: typeof connectionId === 'string' ? (pages.get(connectionId as ConnectionId) ?? null) : null,
    instant: typeof instant === 'string' ? inZone(new Date(instant), timeZone) : null,
    verdict: verdicts.find((candidate) => candidate === verdict) ?? null,
    reason: typeof reason === 'string' ? (reason as TargetReason['code']) : null,
    isCopy: sourceId !== undefined,
    isAnswer: replyTo !== undefined,
    other: namesOf(othersIn(data), people),
  };
}

/** Members whom an event speaks of, besides its actor: a delegate, or those whom a voter stood for. */
export function othersIn({ to, standsFor }: Readonly<Record<string, unknown>>): readonly UserId[] {
  const named = Array.isArray(standsFor) ? standsFor : [to];
  return named.filter((id): id is UserId => typeof id === 'string');
}

function namesOf(users: readonly UserId[], people: Names['people']): string | null {
  if (users.length === 0) return null;
  return users.map((user) => people.get(user) ?? '').join(', ');
}

/** An instant in words, in the reader's time zone: `1 December 2026 at 09:30 (Europe/Rome)`. */
export function inZone(instant: Date, timeZone: string): string {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(instant);
  return `${words} (${timeZone})`;
}
