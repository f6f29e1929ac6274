import { z } from 'zod';
import type { ProblemKinds } from './problem.ts';

/** What makes an address, which browsers and networks open without a token, the right to what it names. */
export const signedQuery = z.strictObject({
  expires: z.coerce.number().int().min(0).max(99_999_999_999).meta({ description: 'Seconds since the epoch.' }),
  signature: z.string().max(128).meta({ description: 'Proves that this system made the address.' }),
});

export const unsignedProblem = {
  not_signed: {
    status: 403,
    title: 'Not signed',
    description: 'The address was not made by this system, was changed, or has expired.',
  },
} as const satisfies ProblemKinds;
