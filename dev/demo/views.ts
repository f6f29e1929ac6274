import { z } from 'zod';

/** As much of the API's answers as the story speaks of. */
export const connectionList = z.object({
  items: z.array(z.object({ id: z.string(), network: z.string(), name: z.string(), externalId: z.string() })),
});

export const postView = z.object({
  id: z.string(),
  status: z.string(),
  scheduledAt: z.string().nullable(),
  content: z.object({ text: z.string() }),
  violations: z.array(
    z.object({ target: z.string().nullable(), field: z.string(), rule: z.string(), message: z.string() }),
  ),
  targets: z.array(
    z.object({
      connection: z.object({ network: z.string(), name: z.string() }),
      state: z.string(),
      permalink: z.string().nullable(),
      publishedAt: z.string().nullable(),
    }),
  ),
  timeline: z.array(z.object({ at: z.string(), sentence: z.string() })),
  run: z.object({ url: z.string().nullable() }).nullable(),
});

export type Post = z.output<typeof postView>;

export const approvalView = z.object({
  id: z.string(),
  deadlineAt: z.string().nullable(),
  votes: z.array(z.object({ standsFor: z.array(z.unknown()) })),
  post: z.object({ id: z.string() }).nullable(),
  campaign: z.object({ id: z.string() }).nullable(),
});

export const approvalList = z.object({ items: z.array(approvalView) });

export const previewView = z.object({
  previews: z.array(
    z.object({
      connection: z.object({ network: z.string() }),
      truncatedAt: z.number().nullable(),
      warnings: z.array(z.object({ message: z.string() })),
    }),
  ),
});

/** What a simulator says was published; the only count that the story trusts. */
export const publishedList = z.array(
  z.object({
    network: z.string(),
    account: z.string(),
    text: z.string(),
    media: z.array(z.unknown()),
    receivedAt: z.number(),
    permalink: z.string(),
  }),
);

export type Published = z.output<typeof publishedList>[number];
