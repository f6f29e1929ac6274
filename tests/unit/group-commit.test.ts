import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { groupCommit } from '../../src/api/webhooks/group-commit.ts';

test('what comes while a batch is under way is the next batch', async () => {
  const batches: (readonly number[])[] = [];
  const gate = Promise.withResolvers<void>();
  const commit = groupCommit<number>({
    maxItems: 10,
    run: async (items) => {
      batches.push(items);
      if (batches.length === 1) await gate.promise;
    },
  });
  const first = [commit.take([1]), commit.take([2, 3])];
  await pause(0);
  const second = [commit.take([4]), commit.take([]), commit.take([5])];
  await pause(0);
  expect(batches).toEqual([[1, 2, 3]]);
  gate.resolve();
  await Promise.all([...first, ...second]);
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('a batch holds as many as it may, and a caller is never divided', async () => {
  const sizes: number[] = [];
  const commit = groupCommit<number>({ maxItems: 3, run: async (items) => void sizes.push(items.length) });
  await Promise.all([[1, 2, 3, 4, 5], [6, 7], [8], [9]].map((items) => commit.take(items)));
  expect(sizes).toEqual([5, 3, 1]);
});

test('one whose items cannot be stored fails alone', async () => {
  const stored: number[] = [];
  const commit = groupCommit<number>({
    maxItems: 10,
    run: async (items) => {
      if (items.includes(2)) throw new Error('no');
      stored.push(...items);
    },
  });
  const results = await Promise.allSettled([[1], [2], [3]].map((items) => commit.take(items)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(stored).toEqual([1, 3]);
  await commit.take([4]);
  await commit.settled();
  expect(stored).toEqual([1, 3, 4]);
});
