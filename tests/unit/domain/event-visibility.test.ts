import { expect, test } from 'vitest';
import { type EntityKind, type EventKind, eventKinds } from '../../../src/domain/event.ts';
import { maySee } from '../../../src/domain/event-visibility.ts';
import { type Permission, permissions } from '../../../src/domain/permission.ts';

test('whoever may do nothing sees nothing, whoever may do everything sees all', () => {
  expect(seen([])).toEqual([]);
  expect(seen(permissions)).toEqual([...eventKinds]);
});

test('what happens to posts and to connections is shown to those who may read them', () => {
  const areasSeen = (permission: Permission) => new Set(seen([permission]).map((kind) => kind.split('.')[0]));
  expect([...areasSeen('post.read')]).toEqual(expect.arrayContaining(['post', 'target', 'approval', 'media']));
  expect(areasSeen('post.read')).not.toContain('connection');
  expect([...areasSeen('connection.read')]).toEqual(['connection', 'authorization']);
});

test('what happens to the approval of a campaign is shown to those who may read campaigns', () => {
  const votes = (permission: Permission) =>
    seen([permission], 'campaign').filter((kind) => kind.startsWith('approval.'));
  expect(votes('post.read')).toEqual([]);
  expect(votes('campaign.read')).toContain('approval.vote');
});

test('a kind of a newer release, which nothing here decides on, is shown to nobody', () => {
  const kind = 'post.teleported' as EventKind;
  expect(maySee({ kind, entity: 'post' }, new Set(permissions))).toBe(false);
});

/** Which kinds whoever holds these permissions is told of, as events of a post unless told otherwise. */
function seen(held: readonly Permission[], entity: EntityKind = 'post'): readonly EventKind[] {
  return eventKinds.filter((kind) => maySee({ kind, entity }, new Set(held)));
}
