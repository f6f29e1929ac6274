import { v7 } from 'uuid';

/** A new uuidv7: ordered by time, so that it serves as the sort key of lists. */
export function newId<Id extends string>(): Id {
  return v7() as Id;
}
