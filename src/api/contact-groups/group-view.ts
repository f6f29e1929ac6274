import { z } from 'zod';
import type { AudienceCount } from '../../db/audience.ts';
import type { ContactGroupRow } from '../../db/contact-group.ts';
import type { ContactGroupId } from '../../domain/ids.ts';
import { entityTag } from '../entity-tag.ts';
import { answer } from '../route-context.ts';
import { id, instantView } from '../schemas.ts';
import { filterView } from './filter-schema.ts';

export const groupParams = z.strictObject({ groupId: id<ContactGroupId>('A group of contacts.') });

export const groupName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ description: 'As people call it; one group per name.', example: 'Clienti di Como' });

export const countView = z
  .object({
    total: z.int().meta({ description: 'How many contacts.' }),
    withConsent: z.int().meta({ description: 'How many of them have agreed.' }),
    reachable: z
      .int()
      .meta({ description: 'How many a campaign would reach: agreed, with a number, and not blocked.' }),
  })
  .meta({ description: 'As they are now; whom a campaign reaches is settled when it starts.' });

export const groupView = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['static', 'dynamic']).meta({ description: 'A list, or whoever a filter finds.' }),
    filter: filterView.nullable(),
    createdAt: instantView('When it was made.'),
    archivedAt: instantView('Since when it is out of use.').nullable(),
    version: z.int(),
  })
  .meta({ description: 'A group of contacts.' });

export const countedGroup = groupView.extend({ count: countView });

export function presentGroup(row: ContactGroupRow): z.input<typeof groupView> {
  return {
    ...row,
    kind: row.filter === null ? 'static' : 'dynamic',
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
  };
}

export function answerGroup(row: ContactGroupRow, count: AudienceCount) {
  return answer({ ...presentGroup(row), count }, { etag: entityTag(row.version) });
}
