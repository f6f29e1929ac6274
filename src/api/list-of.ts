import { z } from 'zod';

/** A query parameter that takes several of `values`, separated by commas. Becomes a list; empty when it is absent. */
export function listOf<const Value extends string>(values: readonly Value[], description: string) {
  return z
    .string()
    .max(512)
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(z.enum(values)))
    .meta({ description: `${description} One or several of: ${values.map((value) => `\`${value}\``).join(', ')}.` });
}
