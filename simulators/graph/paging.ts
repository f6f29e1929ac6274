import type { Call } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { invalidParameter } from './errors.ts';
import { param } from './params.ts';

const defaultLimit = 25;
const maxLimit = 100;

/** One page of `items`, which come newest first, with the cursors and the whole URL of the next page. */
export function page<T extends { readonly id: string }>(
  world: World,
  call: Call,
  items: readonly T[],
  present: (item: T) => object,
): object {
  const limit = Math.min(limitOf(call), world.settings.current().listPageSize ?? maxLimit);
  const start = startOf(call, items);
  const shown = items.slice(start, start + limit);
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return { data: [] };
  const cursors = { before: cursor(first.id), after: cursor(last.id) };
  const more = start + limit < items.length;
  const next = more ? { next: nextUrl(world, call, cursors.after) } : {};
  return { data: shown.map(present), paging: { cursors, ...next } };
}

function limitOf(call: Call): number {
  const limit = Number(param(call, 'limit') ?? defaultLimit);
  if (!Number.isInteger(limit) || limit < 0)
    throw invalidParameter('(#100) Param limit must be a non negative integer.');
  return Math.min(limit, maxLimit);
}

function startOf(call: Call, items: readonly { readonly id: string }[]): number {
  const after = param(call, 'after');
  if (after === null) return 0;
  const id = Buffer.from(after, 'base64url').toString();
  const index = items.findIndex((item) => item.id === id);
  if (index === -1) throw invalidParameter('(#100) Invalid cursors values', { subcode: 1349108 });
  return index + 1;
}

const cursor = (id: string): string => Buffer.from(id).toString('base64url');

function nextUrl(world: World, call: Call, after: string): string {
  const query = new URLSearchParams(call.rawQuery);
  query.set('after', after);
  return `${world.publicUrl()}${call.rawPath}?${query.toString()}`;
}
