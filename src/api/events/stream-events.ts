import { z } from 'zod';
import { canResume, type LoggedEvent, readEnd } from '../../db/event-log.ts';
import { type EventKind, eventKinds } from '../../domain/event.ts';
import { type EventPosition, formatPosition, parsePosition } from '../../domain/event-position.ts';
import { maySee } from '../../domain/event-visibility.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { parameterError } from '../pipeline/validate.ts';
import { id } from '../schemas.ts';
import type { EventFeed } from './event-feed.ts';
import { eventView, presentEvent } from './event-view.ts';

/** `post.*` for every `post.…` */
const families = [...new Set(eventKinds.map(familyOf))];

const query = z.strictObject({
  kinds: listOf([...families, ...eventKinds], 'Only of these kinds; all without it.'),
  entity: id<string>('Only what has happened to this post, campaign, connection or whatever else it names.').optional(),
  after: z.string().max(64).optional().meta({
    description: 'The id of an event: go on after it. `Last-Event-ID` wins over it, so that reconnecting goes on.',
    example: '48213-907',
  }),
});

/** The events of the caller's tenant as they happen. */
export function streamEvents({ feed }: { feed: EventFeed }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Follow what happens',
    description: `
Events of the tenant as server-sent events, in the order in which they were committed, as long as the connection lives.
Each is an unnamed event whose \`data\` is the JSON below. You are told of what you may read: of posts, their targets,
their approvals and their media with \`post.read\`, of connections with \`connection.read\`, and so on.

**It goes on where it broke off.** Send the id of the last event that you have handled as \`Last-Event-ID\` (browsers and
SSE clients do so by themselves): nothing is lost and nothing comes twice. Ids can be used for 30 days, at any API
process. Without an id the stream begins now, and may repeat the last
moments. It opens with an event named \`ready\`, whose id is where it begins. Use
ids as they are: what they are made of may change.

**It ends** when the token expires, when you are no longer a member, when the API restarts, and when you read too slowly:
connect again with a valid token. A comment comes every 15 seconds; a connection that is silent for longer is broken.
One user can have ten streams at a time.`.trim(),
    permission: null,
    query,
    answer: {
      status: 200,
      schema: eventView,
      description: 'A stream that does not end by itself. The schema is that of the `data` of each event.',
    },
    refusals: {
      position_gone: {
        status: 410,
        title: 'Position gone',
        description:
          'The stream cannot go on after this id without a gap: what followed it is no longer kept, or this database has never given it. Read the present state anew, and connect without an id.',
      },
    },
    audit: null,
    stream: async ({ caller, query: { kinds, entity, after: parameter }, lastEventId, now, inTenant, refuse }) => {
      const { tenantId } = caller;
      const asked = askedPosition(lastEventId, parameter ?? null);
      const end = await inTenant(async (trx) => {
        if (asked !== null && !(await canResume(trx, { after: asked, now }))) throw refuse('position_gone');
        return readEnd(trx);
      });
      const after = asked ?? end;
      const wanted = filterOf(kinds, entity ?? null);
      return {
        after: formatPosition(after),
        follow: (sink) =>
          feed.follow(
            { tenantId, after, end },
            {
              ended: sink.ended,
              drained: sink.drained,
              receive: (events, upTo) => {
                const { permissions } = sink.caller();
                const shown = events.filter((event) => wanted(event) && maySee(event, permissions));
                sink.send(shown.map(presentEvent), formatPosition(upTo));
              },
            },
          ),
      };
    },
  });
}

/** Throws 400 for what is no id. A client that reconnects repeats its address, so the header is the newer one. */
function askedPosition(header: string | null, parameter: string | null): EventPosition | null {
  const [name, text] = header === null ? ['after', parameter] : ['Last-Event-ID', header];
  if (text === null) return null;
  const position = parsePosition(text);
  if (position === null) throw parameterError(name, 'event_id', 'is not the id of an event');
  return position;
}

function filterOf(kinds: readonly string[], entity: string | null) {
  const chosen = new Set(kinds);
  return ({ kind, entityId }: LoggedEvent): boolean =>
    (chosen.size === 0 || chosen.has(kind) || chosen.has(familyOf(kind))) && (entity === null || entity === entityId);
}

function familyOf(kind: EventKind): `${string}.*` {
  return `${kind.slice(0, kind.indexOf('.'))}.*`;
}
