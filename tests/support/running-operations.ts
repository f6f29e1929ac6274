import type { Permission } from '../../src/domain/permission.ts';
import { demand } from './running-api.ts';

/** One operation of the document that the running API serves. */
export interface Operation {
  /** `GET /v1/posts/{postId}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Null: any active member. Undefined: no token is needed. */
  readonly permission: Permission | null | undefined;
  readonly contentType: string | null;
  /** Where a caller can name something: `path.postId`, `query.cursor`, `body.targets.connectionId`. */
  readonly places: readonly string[];
}

/** Every operation, as the document says. */
export async function runningOperations(): Promise<readonly Operation[]> {
  const document = (await demand(200, '/openapi.json', { as: null })).body as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(document, { path, method, described })),
  );
}

/** The path with each of its parameters filled in. */
export function filled(path: string, valueOf: (parameter: string) => string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_braces, parameter: string) => valueOf(parameter));
}

interface Schema {
  readonly $ref?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
}

interface Described {
  readonly security: readonly unknown[];
  readonly 'x-permission'?: Permission | null;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function operation(
  document: Document,
  { path, method, described }: { path: string; method: string; described: Described },
): Operation {
  const [content] = Object.entries(described.requestBody?.content ?? {});
  const named = (described.parameters ?? []).filter(({ in: where }) => where === 'path' || where === 'query');
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    permission: described.security.length === 0 ? undefined : permissionOf(described, path),
    contentType: content?.[0] ?? null,
    places: [
      ...named.map(({ in: where, name }) => `${where}.${name}`),
      ...new Set(content === undefined ? [] : idsIn(document, content[1].schema, 'body')),
    ].filter((place) => place !== 'query.limit'),
  };
}

function permissionOf({ 'x-permission': permission }: Described, path: string): Permission | null {
  if (permission === undefined) throw new Error(`${path} does not document who may call it`);
  return permission;
}

/** Where a body holds ids. */
function idsIn(document: Document, schema: Schema, at: string): string[] {
  if (schema.$ref !== undefined) {
    const referred = document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    return referred === undefined ? [] : idsIn(document, referred, at);
  }
  if (schema.format === 'uuid') return [at];
  return [
    ...(schema.items === undefined ? [] : idsIn(document, schema.items, at)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      idsIn(document, property, `${at}.${name}`),
    ),
    ...[schema.oneOf, schema.anyOf, schema.allOf].flatMap((parts) =>
      (parts ?? []).flatMap((part) => idsIn(document, part, at)),
    ),
  ];
}
