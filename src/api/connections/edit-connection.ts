import { z } from 'zod';
import { selectConnection } from '../../db/connection-card.ts';
import { appendConnectionEvent } from '../../db/connection-event.ts';
import { setPassedSlots } from '../../db/passed-slots.ts';
import { passedSlotPolicies } from '../../domain/hold.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer } from '../route-context.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { presentingTo } from './presenting.ts';

export function editConnection({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'patch',
    path: '/v1/connections/{connectionId}',
    tag: 'Connections',
    summary: 'Say what a repair does with late posts',
    description:
      'While the connection is broken, what should go out through it is parked. `passedSlots` says what becomes of targets whose slot has passed when it works again: they go out `now`; a person is to `ask` for each that is more than an hour late (`resolve`); or they are `drop`ped. What is not late simply waits for its slot. The last one to write wins.',
    permission: 'connection.write',
    params: z.strictObject({ connectionId }),
    body: z.strictObject({
      passedSlots: z.enum(passedSlotPolicies).meta({ description: 'What becomes of targets whose slot has passed.' }),
    }),
    answer: { status: 200, schema: connectionView, description: 'The connection as it is now.' },
    refusals: {},
    audit: 'connection.changed',
    handle: async (ctx) => {
      const { trx, params, body, caller, now, refuse } = ctx;
      const { passedSlots } = body;
      if (await setPassedSlots(trx, params.connectionId, passedSlots)) {
        const { tenantId, userId } = caller;
        const about = {
          tenantId,
          connectionId: params.connectionId,
          actor: { kind: 'user', id: userId },
          now,
        } as const;
        await appendConnectionEvent(trx, about, { kind: 'connection.changed', data: { passedSlots } });
      }
      const row = await selectConnection(trx, params.connectionId);
      if (row === null) throw refuse('not_found');
      return answer(presentConnection(row, presentingTo(ctx, urls)));
    },
  });
}
