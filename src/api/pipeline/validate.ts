import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { refuseCommon } from '../common-problems.ts';
import type { FieldError, Refused } from '../problem.ts';
import { badText, pointerPart, unstorable } from './check-text.ts';
import { headerOf } from './request.ts';

/** The body as its schema makes it. Throws 400 for the wrong shape and 422 for the wrong meaning. */
export function parseBody(schema: z.ZodType, value: unknown): unknown {
  const unfit = unstorable(value);
  if (unfit !== null) throw refuseCommon('malformed', { errors: [unfit] });
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  const shape = issues.filter(isShape);
  const errors = (shape.length > 0 ? shape : issues).flatMap((issue) => errorsOf(issue, { in: 'body' }));
  throw refuseCommon(shape.length > 0 ? 'malformed' : 'invalid', { errors });
}

/** The parameters of the path as their schema makes them. Throws 400. */
export function parseParams(schema: z.ZodType, params: Readonly<Record<string, string>>): unknown {
  return parseParameters(schema, params);
}

/** The declared headers as their schema makes them; all others stay unread. Throws 400. */
export function parseHeaders(schema: z.ZodObject | null, headers: IncomingHttpHeaders): unknown {
  if (schema === null) return undefined;
  const declared = Object.keys(schema.shape).flatMap((name) => {
    const value = headerOf(headers, name);
    return value === null ? [] : [[name, value] as const];
  });
  return parseParameters(schema, Object.fromEntries(declared));
}

/** The query as its schema makes it. Throws 400, also for a parameter that comes twice. */
export function parseQuery(schema: z.ZodType | null, search: string): unknown {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(decodable(search))) {
    if (Object.hasOwn(query, name)) throw parameterError(name, 'repeated', 'comes more than once');
    if (badText(value)) throw parameterError(name, 'characters', 'holds a NUL or half of a surrogate pair');
    if (schema === null) throw parameterError(name, 'unknown', 'is not a parameter of this route');
    Object.defineProperty(query, name, { value, enumerable: true });
  }
  return schema === null ? undefined : parseParameters(schema, query);
}

function parseParameters(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => errorsOf(issue, { in: 'parameter' }));
  throw refuseCommon('malformed', { errors });
}

/** URLSearchParams reads broken percent-encoding as text; better to say that it is broken. */
function decodable(search: string): string {
  try {
    decodeURIComponent(search);
    return search;
  } catch {
    throw refuseCommon('malformed', { detail: 'The query is not percent-encoded UTF-8.' });
  }
}

export function parameterError(parameter: string, rule: string, detail: string): Refused {
  return refuseCommon('malformed', { errors: [{ parameter, rule, limit: null, value: null, detail }] });
}

type Issue = z.core.$ZodIssue;

/** Whether an issue says that the value is of the wrong kind, rather than that it says something it may not. */
function isShape(issue: Issue): boolean {
  return !['too_big', 'too_small', 'not_multiple_of', 'custom'].includes(issue.code);
}

function errorsOf(issue: Issue, at: { in: 'body' | 'parameter' }): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...placeOf([...issue.path, key], at),
      rule: 'unknown',
      limit: null,
      value: null,
      detail: 'is not known here',
    }));
  }
  return [{ ...placeOf(issue.path, at), rule: ruleOf(issue), ...limitsOf(issue), detail: lowerFirst(issue.message) }];
}

function placeOf(path: readonly PropertyKey[], at: { in: 'body' | 'parameter' }) {
  if (at.in === 'parameter') return { parameter: String(path[0] ?? '') };
  return { pointer: path.map((part) => `/${pointerPart(String(part))}`).join('') };
}

/** A schema of ours can name its rule: `.refine(…, { params: { rule } })`. */
function ruleOf(issue: Issue): string {
  if (issue.code === 'custom' && typeof issue.params?.['rule'] === 'string') return issue.params['rule'];
  return issue.code;
}

function limitsOf(issue: Issue): Pick<FieldError, 'limit' | 'value'> {
  if (issue.code === 'too_big') return { limit: Number(issue.maximum), value: sizeOf(issue.input) };
  if (issue.code === 'too_small') return { limit: Number(issue.minimum), value: sizeOf(issue.input) };
  if (issue.code === 'not_multiple_of') return { limit: issue.divisor, value: sizeOf(issue.input) };
  if (issue.code === 'invalid_format') return { limit: issue.format, value: null };
  if (issue.code === 'invalid_type') return { limit: issue.expected, value: null };
  if (issue.code === 'invalid_value') return { limit: issue.values.map(String).join(', '), value: null };
  return { limit: null, value: null };
}

/** What was measured: a number itself, or the length of a text or list. Texts are not repeated to the caller. */
function sizeOf(input: unknown): number | null {
  if (typeof input === 'number') return input;
  if (typeof input === 'string' || Array.isArray(input)) return input.length;
  return null;
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
