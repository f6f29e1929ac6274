import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { buildDocument } from '../../src/api/openapi/document.ts';
import { problemCatalogue, problemsOf } from '../../src/api/openapi/problem-catalogue.ts';
import { documentedRoutes } from '../support/documented-routes.ts';

const routes = documentedRoutes();
const document = JSON.parse(JSON.stringify(buildDocument(routes))) as Document;

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(document.openapi).toMatch(/^3\.1\./);
});

test('every route is in the document and nothing else is', () => {
  expect(
    operations()
      .map(({ method, path }) => `${method} ${path}`)
      .toSorted(),
  ).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

test('every operation has a name of its own, a tag, a summary and a description', () => {
  const names = operations().map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { operation, path } of operations()) {
    expect(operation.summary, path).toMatch(/\S/);
    expect(operation.description, path).toMatch(/\S/);
    expect(
      document.tags.map(({ name }) => name),
      path,
    ).toContain(operation.tags[0]);
  }
});

test('every parameter, every field of a body and every named schema is described', () => {
  const parameters = operations().flatMap(({ operation, path }) =>
    (operation.parameters ?? []).map((parameter) => ({
      at: `${path} ${parameter.name ?? parameter.$ref}`,
      ...parameter,
    })),
  );
  expect(parameters.filter(({ description, $ref }) => !description && !$ref).map(({ at }) => at)).toEqual([]);
  const fields = operations().flatMap(({ operation, path }) =>
    Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) =>
      Object.entries(resolve(schema).properties ?? {}).map(([name, field]) => ({ at: `${path} ${name}`, field })),
    ),
  );
  expect(fields.filter(({ field }) => !resolve(field).description).map(({ at }) => at)).toEqual([]);
  const schemas = Object.entries(document.components.schemas);
  expect(schemas.filter(([, schema]) => !schema.description).map(([name]) => name)).toEqual([]);
});

test('every problem that a route can answer is in the document, by status and with an example', () => {
  for (const route of routes) {
    const responses = document.paths[route.path]?.[route.method]?.responses ?? {};
    for (const [code, { status }] of Object.entries(problemsOf(route))) {
      const examples = responses[status]?.content?.['application/problem+json']?.examples ?? {};
      expect(Object.keys(examples), `${route.method} ${route.path} ${status}`).toContain(code.replaceAll('_', '-'));
    }
  }
});

test('every member route can answer 401, 403, 429, 500 and 503; every POST and PATCH can be repeated', () => {
  for (const { operation, path, method } of operations()) {
    if (operation.security.length === 0) continue;
    expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(['401', '403', '429', '500', '503']));
    const parameters = (operation.parameters ?? []).map(({ $ref }) => $ref);
    expect(parameters.includes('#/components/parameters/IdempotencyKey'), path).toBe(
      method === 'post' || method === 'patch',
    );
  }
});

test('a problem means one thing wherever it is answered', () => {
  expect(() => problemCatalogue(routes)).not.toThrow();
});

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly unknown[];
  readonly parameters?: readonly { name?: string; description?: string; $ref?: string }[];
  readonly requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
  readonly responses: Readonly<Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>>;
}
interface Document {
  readonly openapi: string;
  readonly tags: readonly { name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

function resolve(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}
