import { z } from 'zod';
import type { LoggedEvent } from '../../db/event-log.ts';
import { entityKinds, eventKinds } from '../../domain/event.ts';
import { formatPosition } from '../../domain/event-position.ts';
import { id, instantView } from '../schemas.ts';
import { userId } from '../users/user-view.ts';

export const eventView = z
  .object({
    id: z.string().meta({
      description: 'The same as the id of the server-sent event: send it as `Last-Event-ID` to go on after this one.',
      example: '48213-907',
    }),
    kind: z.enum(eventKinds).meta({ description: 'What has happened.', example: 'post.published' }),
    at: instantView('When it happened.'),
    entity: z
      .object({
        kind: z.enum(entityKinds).meta({ description: 'What it has happened to.' }),
        id: id<string>('Its id.'),
      })
      .meta({ description: 'What it has happened to; an event of a target or of a vote names its post.' }),
    actor: z
      .object({
        kind: z.enum(['user', 'process', 'network']).meta({ description: 'A member, Chorally itself, or a network.' }),
        id: userId.nullable(),
      })
      .meta({ description: 'Who has done it.' }),
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Ids, codes, numbers and instants that belong to the kind; never names or texts.' }),
  })
  .meta({ id: 'Event', description: 'Something that has happened in the tenant.' });

export function presentEvent(event: LoggedEvent): z.input<typeof eventView> {
  const { kind, at, entity, entityId, actorKind, actorId, data } = event;
  return {
    id: formatPosition(event),
    kind,
    at: at.toISOString(),
    entity: { kind: entity, id: entityId },
    actor: { kind: actorKind, id: actorId },
    data: { ...data },
  };
}
