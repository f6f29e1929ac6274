import { expect, test } from 'vitest';
import { eventKinds } from '../../../src/domain/event.ts';
import { maySee } from '../../../src/domain/event-visibility.ts';
import { permissions } from '../../../src/domain/permission.ts';

test('whoever may do nothing sees nothing, whoever may do everything sees all', () => {
  expect(eventKinds.filter((kind) => maySee(kind, new Set()))).toEqual([]);
  expect(eventKinds.filter((kind) => maySee(kind, new Set(permissions)))).toEqual([...eventKinds]);
});

test('what happens to posts and to connections is shown to those who may read them', () => {
  const seenWith = (permission: (typeof permissions)[number]) =>
    new Set(eventKinds.filter((kind) => maySee(kind, new Set([permission]))).map((kind) => kind.split('.')[0]));
  expect([...seenWith('post.read')]).toEqual(expect.arrayContaining(['post', 'target', 'approval', 'media']));
  expect(seenWith('post.read')).not.toContain('connection');
  expect([...seenWith('connection.read')]).toEqual(['connection', 'authorization']);
});

test('a kind of a newer release, which nothing here decides on, is shown to nobody', () => {
  expect(maySee('post.teleported' as (typeof eventKinds)[number], new Set(permissions))).toBe(false);
});
