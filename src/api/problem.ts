/** One thing that is wrong with a request, and where: in the body (`pointer`, RFC 6901) or in a parameter or header. */
export interface FieldError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly rule: string;
  readonly limit: number | string | null;
  readonly value: number | string | null;
  readonly detail: string;
}

/** What a kind of problem always is. Its code with dashes is the slug of its `type`; both are stable. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** When it happens and what the caller can do: shown on the problem's page and in the OpenAPI document. */
  readonly description: string;
  /** An example of the members that this kind adds. */
  readonly example?: Readonly<Record<string, unknown>>;
}

export type ProblemKinds = Readonly<Record<string, ProblemKind>>;

/** What one occurrence adds to its kind. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown to answer a request with a problem. Made by `ctx.refuse`, so that only declared problems are answered. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly kind: ProblemKind;
  readonly details: ProblemDetails;

  constructor(code: string, kind: ProblemKind, details: ProblemDetails = {}) {
    super(code);
    this.code = code;
    this.kind = kind;
    this.details = details;
  }
}

/** `too_late` → `/problems/too-late`, where a readable page stands. */
export function problemType(code: string): string {
  return `/problems/${code.replaceAll('_', '-')}`;
}

/** The RFC 9457 document of one occurrence. `instance` is the path that was called. */
export function problemBody(refused: Refused, { instance, requestId }: { instance: string; requestId: string }) {
  const { code, kind, details } = refused;
  return {
    ...details.extensions,
    type: problemType(code),
    title: kind.title,
    status: kind.status,
    detail: details.detail ?? kind.description,
    instance,
    requestId,
    ...(details.errors === undefined ? {} : { errors: details.errors }),
  };
}
