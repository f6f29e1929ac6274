import type { Call } from '../kernel/operation.ts';

/** One sheet of a longer list. */
export interface Sheet<T> {
  readonly items: readonly T[];
  /** Absent on the last sheet. */
  readonly next: { readonly nextPageToken?: string };
  readonly size: number;
}

/** The sheet that a call asks for, by the name that the API gives to its length; `null` if the page token is none. */
export function sheetOf<T>(
  { query }: Call,
  all: readonly T[],
  { sizeName, usual, most }: { readonly sizeName: string; readonly usual: number; readonly most: number },
): Sheet<T> | null {
  const asked = Number(query[sizeName] ?? usual);
  const size = Math.min(most, Number.isInteger(asked) && asked > 0 ? asked : usual);
  const token = query['pageToken'];
  const from = typeof token === 'string' ? offsetIn(token) : 0;
  if (from === null) return null;
  const next = from + size < all.length ? { nextPageToken: tokenFor(from + size) } : {};
  return { items: all.slice(from, from + size), next, size };
}

const tokenFor = (offset: number): string => Buffer.from(`sheet:${offset}`).toString('base64url');

function offsetIn(token: string): number | null {
  const offset = /^sheet:(\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  return offset === undefined ? null : Number(offset);
}
