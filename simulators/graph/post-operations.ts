import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsPage, readAsPage } from './auth.ts';
import { unknownObject } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { graphObjects, type PagePost } from './objects.ts';
import { postNode } from './page-post.ts';
import { param, required } from './params.ts';

/** Reading, editing and deleting one post of a page. */
export function postOperations(world: World): Operation[] {
  const isPost = ({ params }: Call): boolean => graphObjects(world).posts.get(params['node'] ?? '') !== null;
  const at = { path: '/:node', when: isPost };
  return [
    { ...at, name: 'facebook.post.read', method: 'GET', handle: (call) => read(world, call) },
    { ...at, name: 'facebook.post.edit', method: 'POST', handle: (call) => edit(world, call) },
    { ...at, name: 'facebook.post.delete', method: 'DELETE', handle: (call) => remove(world, call) },
  ];
}

function found(world: World, call: Call): PagePost {
  const id = call.params['node'] ?? '';
  const post = graphObjects(world).posts.get(id);
  if (post === null || post.deleted) throw unknownObject(id, call.method.toLowerCase());
  return post;
}

function read(world: World, call: Call): Answer {
  const post = found(world, call);
  readAsPage(world, call, post.pageId);
  const fields = param(call, 'fields');
  const asked = fields === null ? null : parseFields(fields);
  return { status: 200, body: select(postNode(world, post), 'Post', asked, ['created_time', 'message', 'id']) };
}

function edit(world: World, call: Call): Answer {
  const post = found(world, call);
  actAsPage(world, call, post.pageId);
  const message = required(call, 'message');
  graphObjects(world).posts.put(post.id, { ...post, message, updatedAt: Date.now() });
  const shown = world.publications.get(post.id);
  if (shown !== null) world.publications.put({ ...shown, text: message, rawText: message, editedAt: Date.now() });
  return { status: 200, body: { success: true }, effect: true };
}

function remove(world: World, call: Call): Answer {
  const post = found(world, call);
  actAsPage(world, call, post.pageId);
  graphObjects(world).posts.put(post.id, { ...post, deleted: true });
  const shown = world.publications.get(post.id);
  if (shown !== null) world.publications.put({ ...shown, deletedAt: Date.now() });
  return { status: 200, body: { success: true }, effect: true };
}
