import type { z } from 'zod';
import { type ControlRoute, jsonSchema } from './route.ts';

/** The OpenAPI 3.1 document of a control API, made from the routes that serve it. */
export function controlDocument(options: {
  title: string;
  server: string;
  routes: readonly ControlRoute[];
}): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of options.routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: options.title, version: '1.0.0', description: about },
    servers: [{ url: options.server }],
    paths,
    components: { schemas: { Problem: problem } },
  };
}

const about = `Controls a simulated network from tests and demos: arms faults, holds and releases requests, spoils and
restores tokens, and tells what arrived and what was published. What it knows is journalled and survives a restart.`;

function operation(route: ControlRoute): Record<string, unknown> {
  const { id, summary, description, body } = route;
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...pathParameters(route), ...queryParameters(route.query)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: false, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses: responses(route),
  };
}

function pathParameters({ params }: ControlRoute): unknown[] {
  return Object.entries(params ?? {}).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): unknown[] {
  if (query === undefined) return [];
  const { properties } = jsonSchema(query, 'input');
  return Object.entries((properties ?? {}) as Record<string, Record<string, unknown>>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    description: schema['description'],
    schema,
  }));
}

function responses({ status, answer, summary, missing, body, query }: ControlRoute): Record<string, unknown> {
  const success =
    answer === null
      ? { description: summary }
      : { description: summary, content: { 'application/json': { schema: jsonSchema(answer, 'output') } } };
  return {
    [status]: success,
    ...(body === undefined && query === undefined ? {} : { 400: problemResponse('The input does not fit.') }),
    ...(missing === undefined ? {} : { 404: problemResponse(missing) }),
  };
}

const problemResponse = (description: string): unknown => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
