import { z } from 'zod';

/** As much of the API's answers about contacts, templates and campaigns as the story speaks of. */
export const importView = z.object({
  id: z.string(),
  state: z.string(),
  rowsRead: z.number(),
  created: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  refusedRows: z.object({ url: z.string() }).nullable(),
  finishedAt: z.string().nullable(),
});

export const groupView = z.object({
  id: z.string(),
  name: z.string(),
  count: z.object({ total: z.number(), withConsent: z.number(), reachable: z.number() }),
});

export const templateView = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  rejection: z.unknown(),
});

export const lintView = z.object({
  violations: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  rendered: z.object({ body: z.string() }),
});

export const estimateView = z.object({
  total: z.number(),
  reachable: z.number(),
  skipped: z.array(z.object({ reason: z.string(), count: z.number() })),
  cost: z.object({ currency: z.string(), low: z.string(), high: z.string() }).nullable(),
  durationS: z.number().nullable(),
});

export const campaignView = z.object({
  id: z.string(),
  state: z.string(),
  recipients: z.number().nullable(),
  contentHash: z.string(),
  violations: z.array(z.unknown()),
});

/** What the events tell of a campaign's progress. */
export const progressView = z.object({
  recipients: z.number(),
  waiting: z.number(),
  sent: z.number(),
  delivered: z.number(),
  read: z.number(),
});

export const resultsView = z.object({
  recipients: z.number().nullable(),
  currency: z.string(),
  total: z.object({
    waiting: z.number(),
    sent: z.number(),
    delivered: z.number(),
    read: z.number(),
    replied: z.number(),
    clicked: z.number(),
    optedOut: z.number(),
    failed: z.number(),
    unconfirmed: z.number(),
    skipped: z.number(),
    cost: z.string(),
  }),
  skips: z.array(z.object({ reason: z.string(), count: z.number() })),
});

export type Results = z.output<typeof resultsView>;

export const authorList = z.object({ items: z.array(z.object({ id: z.string(), phone: z.string().nullable() })) });

export const authorView = z.object({
  consent: z.string(),
  consentHistory: z.array(z.object({ consent: z.string(), source: z.string(), at: z.string() })),
});

export const messageView = z.object({ id: z.string(), state: z.string(), threadId: z.string() });
