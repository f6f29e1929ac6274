import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { EventKind } from '../domain/event.ts';
import type { Permission } from '../domain/permission.ts';
import type { ProblemKinds } from './problem.ts';
import type { TenantTransaction } from '../db/tenant.ts';
import type {
  ActContext,
  Answered,
  Caller,
  HandleContext,
  PublicContext,
  Served,
  StreamContext,
  StreamSource,
} from './route-context.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type Tag =
  | 'Me'
  | 'Users'
  | 'Groups'
  | 'Business calendars'
  | 'Connections'
  | 'Media'
  | 'Posts'
  | 'Comments'
  | 'Approvals'
  | 'Approval policies'
  | 'Absences'
  | 'Notifications'
  | 'Crisis stop'
  | 'Contacts'
  | 'Templates'
  | 'Campaigns'
  | 'Messages'
  | 'Events';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type CodeOf<Refusals> = Extract<keyof Refusals, string>;

interface Described {
  readonly method: Method;
  /** With parameters in braces: `/v1/posts/{postId}`. */
  readonly path: `/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  /** Markdown, for the OpenAPI document: what it does, what it never does, what happens next. */
  readonly description: string;
}

export interface AnswerDeclaration<Schema extends z.ZodType = z.ZodType> {
  readonly status: 200 | 201 | 202 | 204;
  /** Also presents: what the schema does not name is left out. `z.null()` with 204. */
  readonly schema: Schema;
  readonly description: string;
  readonly example?: unknown;
  /** Headers that the answer carries, with what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body that is not JSON: the route reads the stream itself, once the caller is known to be allowed to send it. */
export interface UploadDeclaration<Body, Params = unknown> {
  readonly contentType: 'multipart/form-data' | 'application/offset+octet-stream';
  readonly maxBytes: number;
  /** The form as the OpenAPI document shows it. */
  readonly schema: z.ZodType;
  receive(stream: Readable, about: UploadAbout<Params>): Promise<Received<Body>>;
}

/** What is known of an upload before its first byte is read. */
export interface UploadAbout<Params> {
  readonly headers: IncomingHttpHeaders;
  readonly params: Params;
  readonly caller: Caller;
  readonly now: Date;
  /** A short transaction in the caller's tenant. Never read the stream or talk to the store inside of it. */
  inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T>;
}

export interface Received<Body> {
  readonly body: Body;
  /** sha256, in hex, over everything that counts as the body: decides whether a repeated key brings the same one. */
  readonly bodyHash: string;
  /** Removes what was stored on the way. Called unless the handler succeeded. */
  discard(): Promise<void>;
}

interface Declaration<
  Params,
  Query,
  Body,
  Headers,
  Answer extends z.ZodType,
  Refusals extends ProblemKinds,
> extends Described {
  /** `null`: any active member. */
  readonly permission: Permission | null;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Further headers that it reads, by their names in lower case. */
  readonly headers?: Headers;
  readonly upload?: UploadDeclaration<Parsed<Body>, Parsed<Params>>;
  /** An edit: `If-Match` is demanded (428) and `ctx.requireVersion` holds it against the row (412). */
  readonly ifMatch?: boolean;
  readonly answer: AnswerDeclaration<Answer>;
  /** Codes as the domain spells them; the problem's `type` has dashes. Common ones need not be declared. */
  readonly refusals: Refusals;
  /** The event that the handler, or the process it commands, appends; null for reads. */
  readonly audit: EventKind | null;
}

type Handler<Params, Query, Body, Headers, Answer extends z.ZodType, Refusals extends ProblemKinds> =
  | {
      handle(
        ctx: HandleContext<Parsed<Params>, Parsed<Query>, Parsed<Body>, CodeOf<Refusals>, Parsed<Headers>>,
      ): Promise<Answered<z.input<Answer>>>;
    }
  | {
      act(
        ctx: ActContext<Parsed<Params>, Parsed<Query>, Parsed<Body>, CodeOf<Refusals>, Parsed<Headers>>,
      ): Promise<Answered<z.input<Answer>>>;
    }
  | {
      stream(
        ctx: StreamContext<Parsed<Params>, Parsed<Query>, CodeOf<Refusals>>,
      ): Promise<StreamSource<z.input<Answer>>>;
    };

/** A route as the pipeline and the document see it, with the types of its handler forgotten. */
export interface Route extends Described {
  readonly access: 'member';
  readonly permission: Permission | null;
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly headers: z.ZodObject | null;
  readonly upload: UploadDeclaration<unknown> | null;
  readonly ifMatch: boolean;
  readonly answer: AnswerDeclaration;
  readonly refusals: ProblemKinds;
  readonly audit: EventKind | null;
  readonly run:
    | {
        readonly kind: 'handle';
        handle(ctx: HandleContext<unknown, unknown, unknown, string>): Promise<Answered<unknown>>;
      }
    | { readonly kind: 'act'; act(ctx: ActContext<unknown, unknown, unknown, string>): Promise<Answered<unknown>> }
    | { readonly kind: 'stream'; stream(ctx: StreamContext<unknown, unknown, string>): Promise<StreamSource<unknown>> };
}

/**
 * Declares a route: from this one object come authentication, rights, validation, idempotency, transaction,
 * presentation and the OpenAPI operation. Give `handle` for work inside one tenant transaction, `act` for work that
 * talks to Temporal or to a network, `stream` for server-sent events, each of which the answer's schema describes.
 */
export function defineRoute<
  Answer extends z.ZodType,
  const Refusals extends ProblemKinds,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Headers extends z.ZodObject | undefined = undefined,
>(
  declaration: Declaration<Params, Query, Body, Headers, Answer, Refusals> &
    Handler<Params, Query, Body, Headers, Answer, Refusals>,
): Route {
  const {
    params = null,
    query = null,
    body = null,
    headers = null,
    upload = null,
    ifMatch = false,
    ...rest
  } = declaration;
  const forgotten = {
    ...rest,
    access: 'member',
    params,
    query,
    body,
    headers,
    upload,
    ifMatch,
    run: runOf(declaration),
  };
  // The pipeline hands each handler what its own schemas parsed: the types meet again there.
  return forgotten as unknown as Route;
}

function runOf<Params, Query, Body, Headers, Answer extends z.ZodType, Refusals extends ProblemKinds>(
  handler: Handler<Params, Query, Body, Headers, Answer, Refusals>,
) {
  if ('handle' in handler) return { kind: 'handle', handle: handler.handle };
  if ('act' in handler) return { kind: 'act', act: handler.act };
  return { kind: 'stream', stream: handler.stream };
}

/** A route without authentication, such as a signed address. Answers bytes, never JSON; HEAD as well as GET. */
export interface PublicRoute extends Described {
  readonly access: 'public';
  readonly method: 'get';
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly answer: { readonly description: string; readonly contentType: string };
  readonly refusals: ProblemKinds;
  serve(ctx: PublicContext<unknown, unknown, string>): Promise<Served>;
}

/** Declares a route that anybody may call who holds its address. `content-type` comes from the handler's headers. */
export function definePublicRoute<
  const Refusals extends ProblemKinds,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
>(
  declaration: Described & {
    readonly method: 'get';
    readonly params?: Params;
    readonly query?: Query;
    readonly answer: PublicRoute['answer'];
    readonly refusals: Refusals;
    serve(ctx: PublicContext<Parsed<Params>, Parsed<Query>, CodeOf<Refusals>>): Promise<Served>;
  },
): PublicRoute {
  const { params = null, query = null, ...rest } = declaration;
  return { ...rest, access: 'public', params, query } as unknown as PublicRoute;
}
