/** The `ETag` of a row that counts its versions. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** What `If-Match` names: versions, or `*` for any that exists. */
export type IfMatch = '*' | readonly string[];

const tagList = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;

/**
 * Reads an `If-Match` header; null when it is not one. A weak tag counts like a strong one: proxies weaken tags when
 * they compress, and ours names a version of the row, not bytes.
 */
export function parseIfMatch(header: string): IfMatch | null {
  if (header.trim() === '*') return '*';
  if (!tagList.test(header)) return null;
  return [...header.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
}

export function matches(ifMatch: IfMatch, version: number): boolean {
  return ifMatch === '*' || ifMatch.includes(String(version));
}
