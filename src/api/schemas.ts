import { z } from 'zod';

/**
 * An id: any uuid, in lower case from here on. `what` becomes its description. The brand keeps a user's id from being
 * used as a tenant's.
 */
export function id<Id extends string>(what: string): z.ZodType<Id, string> {
  const schema = z.uuid().toLowerCase().meta({ description: what, example: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' });
  return schema as unknown as z.ZodType<Id, string>;
}

/** An instant with its offset, as callers send it. Becomes a Date. */
export function instant(what: string) {
  return z.iso
    .datetime({ offset: true })
    .meta({ description: what, format: 'date-time', example: '2026-12-01T09:30:00+01:00' })
    .transform((text) => new Date(text));
}

/** An instant as answers show it: UTC, ISO 8601. */
export function instantView(what: string) {
  return z.string().meta({ description: what, format: 'date-time', example: '2026-12-01T08:30:00.000Z' });
}
