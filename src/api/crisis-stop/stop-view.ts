import { z } from 'zod';
import { countHeldCampaigns, countHeldPosts } from '../../db/halt-list.ts';
import type { StoredHalt } from '../../db/halt.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { person } from '../approvals/approval-schemas.ts';
import { instantView } from '../schemas.ts';

export const stopView = z
  .object({
    active: z.boolean().meta({ description: 'Whether publication is stopped.' }),
    reason: z.string().nullable().meta({ description: 'Why, in the words of whoever stopped it.' }),
    by: person.nullable(),
    since: instantView('From then on no call to a network begins.').nullable(),
    posts: z.int().meta({ description: 'How many posts are held back.' }),
    passed: z.int().meta({ description: 'How many of them should have gone out by now.' }),
    campaigns: z.int().meta({ description: 'How many campaigns are held back: they run, or are scheduled.' }),
  })
  .meta({ id: 'CrisisStop', description: 'The stop of all publication and all campaigns of a tenant.' });

export const noStop: z.input<typeof stopView> = {
  active: false,
  reason: null,
  by: null,
  since: null,
  posts: 0,
  passed: 0,
  campaigns: 0,
};

export async function presentStop(
  trx: TenantTransaction,
  halt: StoredHalt | null,
  now: Date,
): Promise<z.input<typeof stopView>> {
  if (halt === null) return noStop;
  const names = await selectMemberNames(trx, [halt.halted_by]);
  return {
    active: true,
    reason: halt.reason,
    by: { id: halt.halted_by, name: names.get(halt.halted_by) ?? '' },
    since: halt.halted_at.toISOString(),
    ...(await countHeldPosts(trx, { haltId: halt.id, now })),
    campaigns: await countHeldCampaigns(trx),
  };
}
