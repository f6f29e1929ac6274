import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { EventKind } from '../domain/event.ts';
import type { Permission } from '../domain/permission.ts';
import type { ProblemKinds } from './problem.ts';
import type {
  ActContext,
  Answered,
  Caller,
  HandleContext,
  PublicContext,
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
  | 'Approvals'
  | 'Crisis stop'
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
export interface UploadDeclaration<Body> {
  readonly contentType: 'multipart/form-data';
  readonly maxBytes: number;
  /** The form as the OpenAPI document shows it. */
  readonly schema: z.ZodType;
  receive(
    stream: Readable,
    about: { readonly headers: IncomingHttpHeaders; readonly caller: Caller; readonly now: Date },
  ): Promise<Received<Body>>;
}

export interface Received<Body> {
  readonly body: Body;
  /** sha256, in hex, over everything that counts as the body: decides whether a repeated key brings the same one. */
  readonly bodyHash: string;
  /** Removes what was stored on the way. Called unless the handler succeeded. */
  discard(): Promise<void>;
}

interface Declaration<Params, Query, Body, Answer extends z.ZodType, Refusals extends ProblemKinds> extends Described {
  /** `null`: any active member. */
  readonly permission: Permission | null;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly upload?: UploadDeclaration<Parsed<Body>>;
  /** An edit: `If-Match` is demanded (428) and `ctx.requireVersion` holds it against the row (412). */
  readonly ifMatch?: boolean;
  readonly answer: AnswerDeclaration<Answer>;
  /** Codes as the domain spells them; the problem's `type` has dashes. Common ones need not be declared. */
  readonly refusals: Refusals;
  /** The event that the handler, or the process it commands, appends; null for reads. */
  readonly audit: EventKind | null;
}

type Handler<Params, Query, Body, Answer extends z.ZodType, Refusals extends ProblemKinds> =
  | {
      handle(
        ctx: HandleContext<Parsed<Params>, Parsed<Query>, Parsed<Body>, CodeOf<Refusals>>,
      ): Promise<Answered<z.input<Answer>>>;
    }
  | {
      act(
        ctx: ActContext<Parsed<Params>, Parsed<Query>, Parsed<Body>, CodeOf<Refusals>>,
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
>(
  declaration: Declaration<Params, Query, Body, Answer, Refusals> & Handler<Params, Query, Body, Answer, Refusals>,
): Route {
  const { params = null, query = null, body = null, upload = null, ifMatch = false, ...rest } = declaration;
  const forgotten = {
    ...rest,
    access: 'member',
    params,
    query,
    body,
    upload,
    ifMatch,
    run: runOf(declaration),
  };
  // The pipeline hands each handler what its own schemas parsed: the types meet again there.
  return forgotten as unknown as Route;
}

function runOf<Params, Query, Body, Answer extends z.ZodType, Refusals extends ProblemKinds>(
  handler: Handler<Params, Query, Body, Answer, Refusals>,
) {
  if ('handle' in handler) return { kind: 'handle', handle: handler.handle };
  if ('act' in handler) return { kind: 'act', act: handler.act };
  return { kind: 'stream', stream: handler.stream };
}

/** A route without authentication, such as a signed address. Answers bytes, never JSON. */
export interface PublicRoute extends Described {
  readonly access: 'public';
  readonly method: 'get';
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly answer: { readonly description: string; readonly contentType: string };
  readonly refusals: ProblemKinds;
  serve(ctx: PublicContext<unknown, unknown, string>): Promise<Answered<Readable>>;
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
    serve(ctx: PublicContext<Parsed<Params>, Parsed<Query>, CodeOf<Refusals>>): Promise<Answered<Readable>>;
  },
): PublicRoute {
  const { params = null, query = null, ...rest } = declaration;
  return { ...rest, access: 'public', params, query } as unknown as PublicRoute;
}
