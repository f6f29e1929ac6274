import type { CallAnswer } from './api.ts';

/** Under these names a view shows what somebody has written, or how something is called. */
const tellingNames: ReadonlySet<string> = new Set([
  'name',
  'displayName',
  'username',
  'email',
  'slug',
  'fileName',
  'altText',
  'text',
  'excerpt',
  'comment',
  'externalId',
  'sentence',
]);
const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The ids, names and texts that views of one tenant show and those of another do not. */
export function tellTales(views: unknown, others: unknown): { foundIn(answer: CallAnswer): string[] } {
  const known = wordsIn(others);
  const words = [...wordsIn(views)].filter((word) => !known.has(word));
  return {
    foundIn({ headers, body }) {
      const text = [JSON.stringify(told(body)), cursorOf(body), ...[...headers].map(([, value]) => value)].join('\n');
      return words.filter((word) => text.includes(word));
    },
  };
}

/** The answer without what a problem repeats of the request: its address, and the values that are wrong with it. */
function told(body: CallAnswer['body']): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { instance: _, errors, ...rest } = body;
  return { ...rest, errors: errors?.map(({ value: __, ...error }: { value: unknown }) => error) };
}

function cursorOf(body: CallAnswer['body']): string {
  return typeof body?.nextCursor === 'string' ? Buffer.from(body.nextCursor, 'base64url').toString() : '';
}

function wordsIn(views: unknown): ReadonlySet<string> {
  const words = new Set(JSON.stringify(views).match(uuids) ?? []);
  collect(views, words);
  return words;
}

function collect(value: unknown, words: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && tellingNames.has(name) && member !== '') words.add(member);
    else collect(member, words);
  }
}
