import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Operation } from './operation.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Store } from './store.ts';

export const faultActions = [
  'delay',
  'hold',
  'status',
  'lose_answer',
  'drop_before_accept',
  'processing_error',
] as const;

const delayMs = z.number().int().min(0).max(600_000);

export const faultRequest = z
  .strictObject({
    match: z
      .strictObject({
        method: z
          .string()
          .transform((method) => method.toUpperCase())
          .optional()
          .describe('The HTTP method.'),
        path: z
          .string()
          .min(1)
          .optional()
          .describe('A prefix of the path, or a glob if it has a `*` (`*` stays within a segment, `**` does not).'),
        operation: z.string().min(1).optional().describe('An operation, or a glob over operation names.'),
        account: z.string().min(1).optional().describe('The external id that the path or the author names.'),
      })
      .describe('Which requests: all that are given must fit. An empty object fits every request.'),
    action: z.enum(faultActions),
    times: z.number().int().min(1).nullable().default(1).describe('How many requests; `null` until it is deleted.'),
    delayMs: delayMs.optional().describe('How long the request waits before it is processed. Needed for `delay`.'),
    status: z.number().int().min(200).max(599).optional().describe('Needed for `status`.'),
    body: z
      .unknown()
      .optional()
      .describe("The answer's body for `status`; without it the network's own for that status."),
    headers: z.record(z.string(), z.string()).optional().describe('Headers added to the answer.'),
    effect: z.boolean().default(false).describe('With `status`: the effect is made, and then the status answered.'),
  })
  .refine(({ action, delayMs: given }) => action !== 'delay' || given !== undefined, {
    path: ['delayMs'],
    message: 'delay needs delayMs',
  })
  .refine(({ action, status }) => action !== 'status' || status !== undefined, {
    path: ['status'],
    message: 'status needs status',
  });

export type FaultRequest = z.output<typeof faultRequest>;

export interface Fault extends FaultRequest {
  readonly id: string;
  /** How many requests it still applies to; `null` for any number. */
  readonly left: number | null;
  readonly applied: number;
}

type Faultable = Pick<Operation, 'name' | 'startsProcessing'>;

export interface Faults {
  add(fault: FaultRequest): Fault;
  list(): Fault[];
  remove(id: string): boolean;
  /** The first fault, in the order of creation, that fits the request; counted down. */
  take(request: LoggedRequest, operation: Faultable, mentions: (account: string) => boolean): Fault | null;
}

export function openFaults(store: Store): Faults {
  const faults = store.collection<Fault>('fault');
  return {
    add: (fault) => {
      const created: Fault = { ...fault, id: randomUUID(), left: fault.times, applied: 0 };
      faults.put(created.id, created);
      return created;
    },
    list: () => faults.values(),
    remove: (id) => {
      if (faults.get(id) === null) return false;
      faults.remove(id);
      return true;
    },
    take: (request, operation, mentions) => {
      const fault = faults.values().find((candidate) => fits(candidate, request, operation, mentions));
      if (fault === undefined) return null;
      const left = fault.left === null ? null : fault.left - 1;
      faults.put(fault.id, { ...fault, left, applied: fault.applied + 1 });
      return fault;
    },
  };
}

function fits(
  { match, action, left }: Fault,
  { method, path }: LoggedRequest,
  operation: Faultable,
  mentions: (account: string) => boolean,
): boolean {
  if (left === 0) return false;
  if (action === 'processing_error' && operation.startsProcessing !== true) return false;
  if (match.method !== undefined && match.method !== method) return false;
  if (match.operation !== undefined && !matches(match.operation, operation.name, 'exact')) return false;
  if (match.account !== undefined && !mentions(match.account)) return false;
  const unversioned = path.replace(/^\/v\d+\.\d+(?=\/)/, '');
  return match.path === undefined || [path, unversioned].some((one) => matches(match.path ?? '', one, 'prefix'));
}

function matches(pattern: string, text: string, without: 'exact' | 'prefix'): boolean {
  if (!pattern.includes('*')) return without === 'exact' ? text === pattern : text.startsWith(pattern);
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`).test(text);
}
