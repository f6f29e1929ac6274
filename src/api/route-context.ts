import type { Readable } from 'node:stream';
import type { UpdateDefinition } from '@temporalio/common';
import type { TenantTransaction } from '../db/tenant.ts';
import type { TenantId, UserId } from '../domain/ids.ts';
import type { Permission } from '../domain/permission.ts';
import type { FieldError, ProblemDetails, Refused } from './problem.ts';
import type { ApiServices } from './services.ts';

/** Who is asking, for which tenant, and what they may do there. */
export interface Caller {
  readonly tenantId: TenantId;
  readonly tenantSlug: string;
  readonly userId: UserId;
  readonly permissions: ReadonlySet<Permission>;
  /** The vendor's own staff: the only ones who are shown links to the Temporal UI. */
  readonly operator: boolean;
  /** The member's own, or else the tenant's. */
  readonly locale: string;
  readonly timeZone: string;
}

/** What a handler answers: a body that the route's schema describes, and headers that it adds. */
export interface Answered<Body> {
  readonly body: Body;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it may be kept for an `Idempotency-Key`. */
  readonly keepable: boolean;
}

/** `headers` in lower case, for example `{ etag, location }`. */
export function answer<Body>(body: Body, headers: Readonly<Record<string, string>> = {}): Answered<Body> {
  return { body, headers, keepable: true };
}

/** An answer that holds a secret of its reader: it is written nowhere, and a repeated key runs the request again. */
export function secretAnswer<Body>(body: Body): Answered<Body> {
  return { body, headers: {}, keepable: false };
}

/** Bytes that a public route answers: all of a file, or the part of it that was asked for. */
export interface Served {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  /** Not called for a HEAD. */
  open(): Promise<Readable>;
}

/** What every handler knows about its request. */
interface RequestContext<Params, Query, Code extends string> {
  readonly params: Params;
  readonly query: Query;
  /** The instant of the request, by the injected clock. */
  readonly now: Date;
  readonly requestId: string;
  readonly services: ApiServices;
  /** `throw ctx.refuse('too_late', { detail, extensions })`. Only what the route declares, and `not_found`. */
  refuse(code: Code | 'not_found', details?: ProblemDetails): Refused;
}

interface CallerContext<Params, Query, Body, Code extends string, Headers> extends RequestContext<Params, Query, Code> {
  readonly caller: Caller;
  readonly body: Body;
  /** Only what the route declares. */
  readonly headers: Headers;
  /** `throw ctx.invalid([…])`: 422 for a body that the schema lets pass and whose meaning is wrong. */
  invalid(errors: readonly FieldError[]): Refused;
  /** Throws 412 unless `If-Match` names this version. Only for routes that declare `ifMatch`. */
  requireVersion(current: number): void;
}

/** For `handle`: everything runs inside one transaction, which commits when the handler returns. */
export interface HandleContext<Params, Query, Body, Code extends string, Headers = unknown> extends CallerContext<
  Params,
  Query,
  Body,
  Code,
  Headers
> {
  readonly trx: TenantTransaction;
}

/** What a refused command carries: the domain's refusal without its code. */
export type RefusalFacts = Readonly<Record<string, unknown>>;

/** For `act`: no transaction is open; networks and Temporal may be talked to. */
export interface ActContext<Params, Query, Body, Code extends string, Headers = unknown> extends CallerContext<
  Params,
  Query,
  Body,
  Code,
  Headers
> {
  /** A short transaction in the caller's tenant. Never talk to a network inside of it. */
  inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T>;
  /**
   * Executes an Update on a running workflow and returns its answer. A refusal by the workflow becomes the declared
   * refusal of the same code, with its facts as members (a number called `at` becomes an ISO instant). A workflow that
   * has ended becomes `finished`, which the route must declare to be able to send commands. No answer within ten
   * seconds is 503 `command-unavailable`. The update id is the same whenever the request is repeated with its key.
   */
  command<Answer, Args extends unknown[]>(
    update: UpdateDefinition<Answer, Args>,
    workflowId: string,
    args: Args,
    explain?: (code: Code, facts: RefusalFacts) => ProblemDetails | Promise<ProblemDetails>,
  ): Promise<Answer>;
  /** The update id that `command` uses: unique per caller, route, entity and key; also serves other idempotent writes. */
  readonly commandId: string;
}

/** For `stream`: what is asked is checked here, while it can still be refused; then the source is followed. */
export interface StreamContext<Params, Query, Code extends string> extends RequestContext<Params, Query, Code> {
  readonly caller: Caller;
  /** The header that clients send when they connect again; null without one. */
  readonly lastEventId: string | null;
  /** A short transaction in the caller's tenant. */
  inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T>;
}

/** Where the events of a stream come from. */
export interface StreamSource<Body> {
  /** The id after which the stream begins: a client that loses it before the first event resumes from here. */
  readonly after: string;
  /** Sends events until the sink has ended. */
  follow(sink: StreamSink<Body>): Promise<void>;
}

/** Takes the events of one stream. It never fails: what cannot be sent any more is forgotten. */
export interface StreamSink<Body> {
  /** Aborted when the client has gone, when its token has expired, and when the process stops. */
  readonly ended: AbortSignal;
  /** The caller with the permissions that were read last. */
  caller(): Caller;
  /** Sends events under their own ids. Whatever else there is up to `upTo` was not for this client. */
  send(events: readonly (Body & { readonly id: string })[], upTo: string): void;
  /** Resolves when the client has taken what was sent. */
  drained(): Promise<void>;
}

/** For `serve`: nobody is authenticated; the address itself must be proof enough (a signature). */
export interface PublicContext<Params, Query, Code extends string> extends RequestContext<Params, Query, Code> {
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
