import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  conditionsOf,
  type ContactCondition,
  type ContactFilter,
  filterLimits,
  refuseFilter,
} from '../../../src/domain/contact-filter.ts';

const vip: ContactCondition = { field: 'tag', has: 'vip' };

describe('a filter', () => {
  it('may be as deep as is allowed, and no deeper', () => {
    expect(refuseFilter(nested(filterLimits.depth))).toBeNull();
    expect(refuseFilter(nested(filterLimits.depth + 1))).toEqual({ code: 'too_deep', limit: filterLimits.depth });
  });

  it('may have as many conditions as are allowed, wherever they stand', () => {
    const many = (count: number): ContactFilter => ({
      all: [{ any: Array.from({ length: count - 1 }, () => vip) }, vip],
    });
    expect(refuseFilter(many(filterLimits.conditions))).toBeNull();
    expect(refuseFilter(many(filterLimits.conditions + 1))?.code).toBe('too_many_conditions');
  });
});

test('every condition of a filter is seen', () => {
  const { filter: filters } = fc.letrec<{ filter: ContactFilter; group: ContactFilter }>((tie) => ({
    filter: fc.oneof({ maxDepth: 3 }, fc.constant(vip), tie('group')),
    group: fc.oneof(
      fc.array(tie('filter'), { maxLength: 4 }).map((all) => ({ all })),
      fc.array(tie('filter'), { maxLength: 4 }).map((any) => ({ any })),
      tie('filter').map((not) => ({ not })),
    ),
  }));
  fc.assert(
    fc.property(filters, (filter) => {
      const said = JSON.stringify(filter).split('"field"').length - 1;
      expect(conditionsOf(filter)).toHaveLength(said);
    }),
  );
});

function nested(depth: number): ContactFilter {
  return depth === 1 ? vip : { not: nested(depth - 1) };
}
