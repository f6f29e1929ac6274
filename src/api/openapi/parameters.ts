import type { OpenAPIRegistry, RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Route } from '../define-route.ts';

const headerParameters = {
  ChorallyTenant: {
    name: 'Chorally-Tenant',
    in: 'header',
    required: false,
    description: 'Slug of the tenant to act for. Required when the token speaks for several.',
    schema: { type: 'string', description: 'A slug.', example: 'aurora' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Makes repeating safe: 1 to 255 visible ASCII characters, new for every new request.',
    schema: {
      type: 'string',
      description: 'For example a uuid.',
      minLength: 1,
      maxLength: 255,
      example: '5c2e6a8e-0a4b-4a52-9d7c-3f1f5c1f6e21',
    },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The `ETag` that was read, or `*`. Without it 428, with an older one 412.',
    schema: { type: 'string', description: 'An entity tag.', example: '"3"' },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'The id of the last event that was handled: the stream goes on after it.',
    schema: { type: 'string', description: 'An id that the stream has given.', example: '48213-907' },
  },
} as const;

const responseHeaders = {
  RequestId: {
    description: 'Names this request in our log. Yours is taken over if you send one.',
    schema: { type: 'string' },
  },
  RateLimit: { description: 'What is left of the user’s share: `"user";r=599;t=42`.', schema: { type: 'string' } },
  IdempotencyReplayed: {
    description: '`true` when this answer was given before for the same `Idempotency-Key`.',
    schema: { type: 'string' },
  },
} as const;

export function registerParameters(registry: OpenAPIRegistry): void {
  for (const [name, parameter] of Object.entries(headerParameters)) {
    registry.registerComponent('parameters', name, parameter);
  }
  for (const [name, header] of Object.entries(responseHeaders)) registry.registerComponent('headers', name, header);
}

export function parameterRefs({ method, ifMatch, run }: Route): NonNullable<RouteConfig['parameters']> {
  const names: (keyof typeof headerParameters)[] = ['ChorallyTenant'];
  if (takesKey(method)) names.push('IdempotencyKey');
  if (ifMatch) names.push('IfMatch');
  if (run.kind === 'stream') names.push('LastEventId');
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

export function answerHeaders({ method }: Route, own: Readonly<Record<string, string>>) {
  const replayed = takesKey(method) ? { 'Idempotency-Replayed': ref('IdempotencyReplayed') } : {};
  const described = Object.entries(own).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    'X-Request-Id': ref('RequestId'),
    RateLimit: ref('RateLimit'),
    ...replayed,
    ...(Object.fromEntries(described) as Record<string, { description: string; schema: { type: 'string' } }>),
  };
}

/** Whether requests of this method can be repeated safely by their key. */
export function takesKey(method: Route['method']): boolean {
  return method === 'post' || method === 'patch';
}

function ref(name: keyof typeof responseHeaders): { $ref: string } {
  return { $ref: `#/components/headers/${name}` };
}
