import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import type { PublicRoute, Route } from '../define-route.ts';
import { problemBody, type ProblemKind, Refused } from '../problem.ts';
import { problemsOf } from './problem-catalogue.ts';

const fieldError = z
  .object({
    pointer: z.string().optional().meta({ description: 'JSON pointer into the body (RFC 6901).', example: '/text' }),
    parameter: z.string().optional().meta({ description: 'Name of a parameter or header.', example: 'limit' }),
    rule: z.string().meta({ description: 'The rule that was broken, as a stable code.', example: 'too_big' }),
    limit: z.union([z.number(), z.string()]).nullable().meta({ description: 'What the rule allows.', example: 100 }),
    value: z
      .union([z.number(), z.string()])
      .nullable()
      .meta({ description: 'What was found, measured.', example: 120 }),
    detail: z.string().meta({ description: 'The same as a sentence.' }),
  })
  .meta({ id: 'FieldError', description: 'One place that is wrong.' });

const problem = z
  .looseObject({
    type: z.string().meta({ description: 'Stable; the address of a page about it.', example: '/problems/not-found' }),
    title: z.string().meta({ description: 'What kind of problem it is.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    detail: z.string().meta({ description: 'What happened this time.' }),
    instance: z.string().meta({ description: 'The path that was called.' }),
    requestId: z.string().meta({ description: 'Names the request in our log.' }),
    errors: z.array(fieldError).optional().meta({ description: 'Every place that is wrong.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details. Some kinds have further members.' });

/** One response per status, with an example of every problem that can come with it. */
export function problemResponses(route: Route | PublicRoute): RouteConfig['responses'] {
  const byStatus = Map.groupBy(Object.entries(problemsOf(route)), ([, kind]) => kind.status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, kinds]) => [
        status,
        {
          description: kinds.map(([, { title, description }]) => `**${title}**: ${description}`).join('\n\n'),
          headers: headersOf(status),
          content: {
            'application/problem+json': {
              schema: problem,
              examples: Object.fromEntries(
                kinds.map(([code, kind]) => [code.replaceAll('_', '-'), example(route, code, kind)]),
              ),
            },
          },
        },
      ]),
  );
}

function example({ path }: { path: string }, code: string, kind: ProblemKind) {
  const refused = new Refused(code, kind, { extensions: kind.example ?? {} });
  const value = problemBody(refused, { instance: path, requestId: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' });
  return { summary: kind.title, value };
}

function headersOf(status: number) {
  const text = { type: 'string' } as const;
  const retryAfter = { 'Retry-After': { description: 'Seconds after which to repeat.', schema: text } };
  const byStatus: Record<number, Record<string, { description: string; schema: { type: 'string' } }>> = {
    401: { 'WWW-Authenticate': { description: 'The scheme, and why the token was refused.', schema: text } },
    429: retryAfter,
    503: retryAfter,
  };
  return { 'X-Request-Id': { $ref: '#/components/headers/RequestId' }, ...byStatus[status] };
}
