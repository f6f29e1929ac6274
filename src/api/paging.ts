import { z } from 'zod';
import { refuseCommon } from './common-problems.ts';
import { badText } from './pipeline/check-text.ts';

const defaultLimit = 25;
const maxLimit = 100;
const maxCursorLength = 512;

/** The query parameters that every list takes; spread them into the list's own: `z.strictObject({ ...pageQuery, … })`. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxLimit)
    .default(defaultLimit)
    .meta({ description: `How many items at most, 1 to ${maxLimit}.`, example: defaultLimit }),
  cursor: z
    .string()
    .max(maxCursorLength)
    .optional()
    .meta({ description: '`nextCursor` of the page before. Opaque: do not build or keep it.' }),
};

/** The body of a list: `nextCursor` is null on the last page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Send it as `cursor` for the next page; null on the last.' }),
  });
}

/** A text inside of a cursor, which anybody can forge: what Postgres could not compare is refused. */
export const cursorText = z
  .string()
  .max(300)
  .refine((text) => !badText(text));

/** Writes and reads the cursors of one list. */
export interface CursorCodec<Position> {
  encode(position: Position): string;
  /** The position after which to go on; null for the first page. Throws 400 for what this list did not make. */
  decode(cursor: string | undefined): Position | null;
}

/**
 * Cursors of the list called `kind`. `position` is the schema of the sort key of the last item that was shown: keyset
 * paging, so that inserts neither repeat nor skip an item.
 */
export function cursorCodec<Position>(kind: string, position: z.ZodType<Position>): CursorCodec<Position> {
  const schema = z.tuple([z.literal(1), z.literal(kind), position]);
  return {
    encode: (value) => Buffer.from(JSON.stringify([1, kind, value])).toString('base64url'),
    decode: (cursor) => {
      if (cursor === undefined) return null;
      const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
      if (!parsed.success) throw badCursor();
      return parsed.data[2];
    },
  };
}

/** The page out of `limit + 1` rows that were asked for: the surplus one only says that there is a next page. */
export function pageFrom<Row, Item, Position>(
  rows: readonly Row[],
  limit: number,
  {
    codec,
    positionOf,
    present,
  }: {
    codec: CursorCodec<Position>;
    positionOf: (row: Row) => Position;
    present: (row: Row) => Item;
  },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(present), nextCursor: more ? codec.encode(positionOf(last)) : null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function badCursor() {
  return refuseCommon('malformed', {
    detail: 'The cursor is not one of this list.',
    errors: [{ parameter: 'cursor', rule: 'cursor', limit: null, value: null, detail: 'is not one of this list' }],
  });
}
