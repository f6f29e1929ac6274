import { z } from 'zod';

/** As much of the API's answers about connections as the story speaks of. */
const lostFeature = z.object({ feature: z.string(), sentence: z.string() });

export const authorizationView = z.object({
  id: z.string(),
  state: z.string(),
  authorizationUrl: z.string().optional(),
  pages: z.array(
    z.object({
      externalId: z.string(),
      name: z.string(),
      refusal: z.unknown().nullable(),
      connectionId: z.string().nullable(),
    }),
  ),
  lostFeatures: z.array(lostFeature),
});

export type Authorization = z.output<typeof authorizationView>;

export const cardView = z.object({
  id: z.string(),
  network: z.string(),
  name: z.string(),
  state: z.string(),
  badge: z.string(),
  adminProfile: z.object({ id: z.string(), name: z.string() }).nullable(),
  scopes: z.array(z.string()).nullable(),
  missingScopes: z.array(z.object({ scope: z.string() })),
  lostFeatures: z.array(z.string()),
  tokenExpiresAt: z.string().nullable(),
  remedy: z.string().nullable(),
  revocation: z.string().nullable(),
});

export type Card = z.output<typeof cardView>;

export const profileList = z.object({
  items: z.array(z.object({ name: z.string(), pages: z.array(z.object({ connectionId: z.string() })) })),
});

export const impactView = z.object({
  items: z.array(z.object({ postId: z.string(), status: z.string(), otherTargets: z.number() })),
  counts: z.object({ posts: z.record(z.string(), z.number()) }),
});
