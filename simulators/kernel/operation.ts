import type { IncomingHttpHeaders } from 'node:http';

/** A request as an operation sees it. */
export interface Call {
  readonly requestId: string;
  /** Epoch milliseconds at which the request arrived, before any delay or hold. */
  readonly receivedAt: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The query as it was sent, still percent-encoded, without the question mark. */
  readonly rawQuery: string;
  /** The path as it was sent, still percent-encoded. */
  readonly rawPath: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON or form, or the bytes where the operation takes bytes; `null` if there is none. */
  readonly body: unknown;
  /** A fault asked that the network's processing of what this request hands over shall fail. */
  readonly processingFails: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `null` sends nothing. */
  readonly body: unknown;
  /** Whether the network now holds something that it did not hold before. */
  readonly effect?: boolean;
}

/** One thing that the network's API does. */
export interface Operation {
  /** Named by faults and in the log: `<network>.<object>.<verb>`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** An Express path. */
  readonly path: string;
  /** Whether it hands over media that the network then processes, so that `processing_error` applies to it. */
  readonly startsProcessing?: boolean;
  /** Where several operations share method and path: whether this one is meant. */
  readonly when?: (call: Call) => boolean;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

/** A refusal in the network's own words; thrown by operations. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with status ${answer.status}`);
    this.answer = answer;
  }
}
