/**
 * Where something stands in the append-only log: the transaction that wrote it, and its number. The log is read in the
 * order of transactions first, since numbers are given before their transaction commits.
 */
export interface EventPosition {
  readonly xid: bigint;
  readonly position: bigint;
}

const pattern = /^(\d{1,20})-(\d{1,19})$/;
const maxXid = 2n ** 64n - 1n;
const maxPosition = 2n ** 63n - 1n;

/** As it stands in the id of a server-sent event: `48213-907`. */
export function formatPosition({ xid, position }: EventPosition): string {
  return `${xid}-${position}`;
}

/** Null for what `formatPosition` cannot have written. */
export function parsePosition(text: string): EventPosition | null {
  const [, xidText, positionText] = pattern.exec(text) ?? [];
  if (xidText === undefined || positionText === undefined) return null;
  const [xid, position] = [BigInt(xidText), BigInt(positionText)];
  return xid > maxXid || position > maxPosition ? null : { xid, position };
}

export function isAfter(a: EventPosition, b: EventPosition): boolean {
  return a.xid > b.xid || (a.xid === b.xid && a.position > b.position);
}
