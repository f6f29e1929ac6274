import type { FieldError } from '../problem.ts';

const maxDepth = 32;

/**
 * What no field may hold, whatever its schema: NUL, which Postgres cannot store; lone surrogates, which UTF-8 cannot
 * spell; nesting beyond reason. Returns the first place, or null.
 */
export function unstorable(value: unknown, pointer = '', depth = 0): FieldError | null {
  if (typeof value === 'string') return badText(value) ? { ...error, pointer, detail: textDetail } : null;
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= maxDepth) {
    return { pointer, rule: 'max_depth', limit: maxDepth, value: null, detail: 'is nested too deeply' };
  }
  for (const [key, item] of Object.entries(value)) {
    const at = `${pointer}/${pointerPart(key)}`;
    const found = badText(key) ? { ...error, pointer, detail: textDetail } : unstorable(item, at, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

export function badText(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** RFC 6901. */
export function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

const error = { rule: 'characters', limit: null, value: null } as const;
const textDetail = 'holds a NUL or half of a surrogate pair';
