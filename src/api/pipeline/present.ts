import type { Logger } from '../../platform/logging.ts';
import type { Route } from '../define-route.ts';
import type { Answered } from '../route-context.ts';
import type { Reply } from './request.ts';

export interface PresentSettings {
  /** Tests and development: an answer that breaks its own schema is an error, not a line in the log. */
  readonly strict: boolean;
  readonly logger: Logger;
}

/** Holds an answer against its schema, leaving out what the schema does not name. */
export function present(route: Route, { body, headers }: Answered<unknown>, settings: PresentSettings): Reply {
  const { status } = route.answer;
  if (status === 204) return { status, headers, json: null };
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    json: presentJson(route, body, settings),
  };
}

/** The JSON text of what a route answers with, or of one event of its stream. */
export function presentJson(route: Route, body: unknown, settings: PresentSettings): string {
  const { schema } = route.answer;
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
    const complaint = `${route.method} ${route.path} answered what its schema does not allow: ${paths.join(', ')}`;
    if (settings.strict) throw new Error(complaint);
    settings.logger.error({ route: route.path, paths }, 'an answer breaks its schema');
  }
  return JSON.stringify(parsed.success ? parsed.data : body);
}
