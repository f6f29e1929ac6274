import { z } from 'zod';
import { faultActions, faultRequest } from '../kernel/faults.ts';
import { tokenTroubles } from '../kernel/tokens.ts';

const instantMs = z.number().int().describe('Epoch milliseconds.');

export const faultView = z.object({
  id: z.string(),
  ...faultRequest.shape,
  match: z.object({
    method: z.string().optional(),
    path: z.string().optional(),
    operation: z.string().optional(),
    account: z.string().optional(),
  }),
  left: z.number().int().nullable().describe('How many requests it still applies to; null for any number.'),
  applied: z.number().int().describe('How many requests it was applied to.'),
});

export const releaseBody = z
  .strictObject({ requestIds: z.array(z.string()).optional().describe('Only these; all held requests if left out.') })
  .optional();

export const revokeBody = z
  .strictObject({
    as: z.enum(tokenTroubles).default('revoked').describe('What the network says is wrong with the token from now on.'),
  })
  .prefault({});

export const revocationBody = z
  .strictObject({
    deauthorizeUrl: z.url().optional().describe("Meta: the app's deauthorise callback."),
    dataDeletionUrl: z.url().optional().describe("Meta: the app's data deletion callback."),
  })
  .prefault({});

export const toldView = z.object({
  url: z.string(),
  status: z.number().int().describe('What the app answered.'),
  body: z.string().describe('The first thousand characters of it.'),
});

export const revocationView = z.object({
  revoked: z.number().int().describe('How many grants there were.'),
  told: z.array(toldView).describe('The addresses of the app that were told, in their order.'),
});

export const withdrawBody = z.strictObject({
  scopes: z.array(z.string().min(1)).describe('What tokens of this person may do no more.'),
});

export const tokenView = z.object({
  id: z.string().describe("The grant's id: the page's, account's or organisation's external id, or the person's."),
  kind: z.string(),
  name: z.string(),
  trouble: z.enum(tokenTroubles).nullable().describe('Null while the network honours it.'),
  since: instantMs.nullable(),
});

export const publishedQuery = z.strictObject({
  network: z.enum(['facebook', 'instagram', 'linkedin']).optional(),
  account: z.string().optional().describe("The page's external id."),
  since: z.coerce
    .number()
    .optional()
    .describe('Only posts whose request arrived at or after it, in epoch milliseconds.'),
});

export const publishedView = z.object({
  network: z.enum(['facebook', 'instagram', 'linkedin']),
  account: z.string(),
  id: z.string(),
  text: z.string().describe('As readers see it.'),
  rawText: z.string().describe('As it was sent.'),
  media: z.array(z.object({ sha256: z.string(), altText: z.string().nullable() })),
  receivedAt: instantMs.describe('When the irreversible request arrived, in epoch milliseconds.'),
  publishedAt: instantMs.describe('When the network made it public, in epoch milliseconds.'),
  requestId: z.string().describe('The request in the log that made it.'),
  permalink: z.string(),
  editedAt: instantMs.nullable(),
  deletedAt: instantMs.nullable(),
  deleted: z.boolean(),
});

export const requestsQuery = z.strictObject({
  since: z.coerce.number().optional().describe('Only requests that arrived at or after it, in epoch milliseconds.'),
  method: z.string().optional(),
  path: z.string().optional().describe('A prefix of the path.'),
  operation: z.string().optional(),
  state: z.enum(['processing', 'held', 'answered', 'unanswered']).optional(),
});

export const requestView = z.object({
  id: z.string(),
  receivedAt: instantMs.describe('When it arrived, in epoch milliseconds.'),
  method: z.string(),
  path: z.string(),
  query: z.string().describe('With tokens and secrets blacked out.'),
  operation: z.string().nullable(),
  state: z.enum(['processing', 'held', 'answered', 'unanswered']),
  status: z.number().int().nullable().describe('Null if nothing was answered.'),
  answeredAt: instantMs.nullable(),
  fault: z.object({ id: z.string(), action: z.enum(faultActions) }).nullable(),
  effect: z.boolean().describe('Whether the network did what was asked, answered or not.'),
});

export const operationView = z.object({
  name: z.string(),
  method: z.string(),
  path: z.string(),
  startsProcessing: z.boolean(),
});
