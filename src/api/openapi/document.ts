import { OpenApiGeneratorV31, OpenAPIRegistry, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { z } from 'zod';
import type { PublicRoute, Route } from '../define-route.ts';
import { introduction, tags } from './introduction.ts';
import { answerHeaders, parameterRefs, registerParameters } from './parameters.ts';
import { problemResponses } from './problem-responses.ts';

/** The OpenAPI 3.1 document of these routes, made once from the same declarations that answer the requests. */
export function buildDocument(routes: readonly (Route | PublicRoute)[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'keycloak', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the realm, for the audience of this API.',
  });
  registerParameters(registry);
  for (const route of routes) registry.registerPath(pathOf(route));
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: { title: 'Chorally API', version: '1.0.0', description: introduction },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...tags],
  });
  return withParameterDescriptions(document);
}

function pathOf(route: Route | PublicRoute): RouteConfig {
  const { method, path, tag, summary, description, params, query } = route;
  const headers = route.access === 'public' ? null : route.headers;
  return {
    method,
    path,
    tags: [tag],
    summary,
    description: describe(route, description),
    operationId: operationId(route),
    security: route.access === 'public' ? [] : [{ keycloak: [] }],
    // Null: any active member. Missing: no token is needed.
    ...(route.access === 'public' ? {} : { 'x-permission': route.permission }),
    parameters: route.access === 'public' ? [] : parameterRefs(route),
    request: {
      ...(params === null ? {} : { params: params as z.ZodObject }),
      ...(query === null ? {} : { query: query as z.ZodObject }),
      ...(headers === null ? {} : { headers }),
      ...requestBody(route),
    },
    responses: { ...answerOf(route), ...problemResponses(route) },
  };
}

function describe(route: Route | PublicRoute, description: string): string {
  if (route.access === 'public') return `${description}\n\nNeeds no token: the address itself is the proof.`;
  const rights = route.permission === null ? 'any active member' : `the permission \`${route.permission}\``;
  const audit = route.audit === null ? '' : `\n\nRecorded as \`${route.audit}\`.`;
  return `${description}\n\nOpen to ${rights}.${audit}`;
}

/** `post /v1/posts/{postId}/submit` → `postPostsByPostIdSubmit`. */
function operationId({ method, path }: Route | PublicRoute): string {
  const words = path
    .replace(/^\/v1/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part))
    .join('-')
    .split('-');
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function requestBody(route: Route | PublicRoute): RouteConfig['request'] {
  if (route.access === 'public') return {};
  if (route.upload !== null) {
    const { contentType, schema } = route.upload;
    return { body: { required: true, content: { [contentType]: { schema } } } };
  }
  return route.body === null
    ? {}
    : { body: { required: true, content: { 'application/json': { schema: route.body } } } };
}

function answerOf(route: Route | PublicRoute): RouteConfig['responses'] {
  if (route.access === 'public') {
    const { contentType, description } = route.answer;
    const content = { [contentType]: { schema: { type: 'string', format: 'binary' } } } as const;
    return {
      200: { description, content },
      206: { description: 'The part that the header `Range` asked for.', content },
    };
  }
  const { status, schema, description, example, headers = {} } = route.answer;
  const contentType = route.run.kind === 'stream' ? 'text/event-stream' : 'application/json';
  const content =
    status === 204 ? {} : { content: { [contentType]: { schema, ...(example === undefined ? {} : { example }) } } };
  return { [status]: { description, headers: answerHeaders(route, headers), ...content } };
}

/** The generator describes a parameter's schema; readers of the document look for it at the parameter. */
function withParameterDescriptions<Document extends { paths?: unknown }>(document: Document): Document {
  for (const operations of Object.values((document.paths ?? {}) as Record<string, Record<string, unknown>>)) {
    for (const operation of Object.values(operations)) {
      const { parameters = [] } = operation as {
        parameters?: { schema?: { description?: string }; description?: string }[];
      };
      for (const parameter of parameters) {
        const description = parameter.description ?? parameter.schema?.description;
        if (description !== undefined) parameter.description = description;
      }
    }
  }
  return document;
}
