import { z } from 'zod';
import { defineRoute } from '../../src/api/define-route.ts';
import { answer } from '../../src/api/route-context.ts';
import type { GroupId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';

/** What a test can make the handler do after it has written its row. */
export type Ending = 'answer' | 'refuse' | 'break' | 'wait';

/**
 * A route that writes one row, a group called by the note, and then does as it is told: what is left of the row
 * shows whether the request took effect. `onWait` is awaited in between.
 */
export function noteRoute(onWait: () => Promise<void> = () => Promise.resolve()) {
  return defineRoute({
    method: 'post',
    path: '/v1/test/notes/{box}',
    tag: 'Groups',
    summary: 'Write a note',
    description: 'Only in tests.',
    permission: 'user.read',
    params: z.strictObject({ box: z.string() }),
    body: z.strictObject({ note: z.string().min(1).max(40), ending: z.enum(['answer', 'refuse', 'break', 'wait']) }),
    answer: { status: 201, schema: z.object({ id: z.string() }), description: 'Written.' },
    refusals: { not_today: { status: 409, title: 'Not today', description: 'The test said so.' } },
    audit: null,
    handle: async ({ trx, caller, body, now, refuse }) => {
      const id = newId<GroupId>();
      const row = { tenant_id: caller.tenantId, id, name: `${body.note} ${id}`, created_at: now };
      await trx.insertInto('user_group').values(row).execute();
      if (body.ending === 'refuse') throw refuse('not_today', { extensions: { id } });
      if (body.ending === 'break') throw new Error('the test said so');
      if (body.ending === 'wait') await onWait();
      return answer({ id }, { etag: `"${id}"`, location: `/v1/test/notes/${id}` });
    },
  });
}
