/** What `ilike` finds anywhere in a text; `%` and `_` stand for themselves. */
export function likePattern(search: string): string {
  return `%${search.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
