import type { PostFormat } from '../domain/content.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { GrantProblem, MediaAnchor, PreparedMedia, PublishRefusal } from '../domain/publication.ts';

/**
 * What every network must be able to do so that posts can be published on it; how its pages are connected is for
 * `connector.ts`. A channel is stateless: it is given the page and its token, speaks the
 * network's HTTP API through `http.ts`, and classifies every answer. It never touches our database.
 *
 * All methods throw `ChannelError` and nothing else when the network refuses, cannot be reached or answers nonsense.
 * `call.signal` ends any of them early, with a `ChannelError` that says whether the request may have gone out.
 */
export interface Channel {
  readonly network: PublishingNetwork;
  readonly capabilities: ChannelCapabilities;

  /**
   * Everything that can be done before the instant and seen by nobody: uploads, containers. Repeatable: given what an
   * earlier call returned, it goes on from there.
   */
  prepare(
    page: PageAccess,
    content: PublishableContent,
    earlier: Prepared | null,
    call?: CallOptions,
  ): Promise<Prepared>;
  /** Asks whether the network has finished processing what `prepare` handed over. */
  checkPrepared(page: PageAccess, prepared: Prepared, call?: CallOptions): Promise<Prepared>;

  /** The one irreversible call. Never repeated by the channel or by `http.ts`, whatever happens. */
  publish(page: PageAccess, content: PublishableContent, prepared: Prepared, call?: PublishOptions): Promise<Published>;
  /**
   * The posts on the page that may be the outcome of a `publish` whose answer was lost, best match first: by the anchor
   * saved in `prepared` where there is one, else by text and time. Empty: the network shows none.
   */
  findPublished(page: PageAccess, search: PublishedSearch, call?: CallOptions): Promise<readonly PublishedCandidate[]>;
  /** How many posts the page may still publish; `null` where the network does not count them. */
  quota(page: PageAccess, call?: CallOptions): Promise<PublishingQuota | null>;
  /**
   * Fetches permalink and other facts of a published post; `null` if it is gone. `content_refused` if the network took
   * it and could not process it after all.
   */
  check(page: PageAccess, providerPostId: string, call?: CallOptions): Promise<Published | null>;
  /** Replaces the text of a published post. `content_refused` where the network lets nobody edit. */
  edit(page: PageAccess, providerPostId: string, text: string, call?: CallOptions): Promise<void>;
  /** Deletes a published post. Deleting one that is gone is success. */
  remove(page: PageAccess, providerPostId: string, call?: CallOptions): Promise<void>;
}

/** How a call may be ended early: by a shutdown, or by the caller's own deadline. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PublishOptions extends CallOptions {
  /** The first byte leaves within this time from now, or nothing does: a `retry_later` that has not acted. */
  readonly departWithinMs?: number | undefined;
}

export interface ChannelCapabilities {
  readonly deletes: boolean;
  readonly edits: boolean;
}

/** The page to act for and the token that may. */
export interface PageAccess {
  readonly externalId: string;
  readonly accessToken: string;
}

/** A file as the network is given it. */
export type PublishableMedia = PublishableFile &
  (
    | { readonly kind: 'image' }
    | { readonly kind: 'video'; readonly durationMs: number }
    | { readonly kind: 'document'; readonly title: string }
  );

export interface PublishableFile {
  /** A signed URL from which the network can fetch the file, for the networks that fetch. */
  readonly url: string;
  /** The bytes from `start` to before `end`, for the networks that take an upload; a whole film is never in memory. */
  readonly read: (range?: { readonly start: number; readonly end: number }) => Promise<Uint8Array>;
  readonly mimeType: string;
  readonly bytes: number;
  readonly altText: string | null;
}

export interface PublishableContent {
  /** As the author wrote it; the channel does the network's own escaping. */
  readonly text: string;
  /** In the author's order. */
  readonly media: readonly PublishableMedia[];
  /** Only where there is no media. */
  readonly link: PublishableLink | null;
  readonly format: PostFormat;
}

export interface PublishableLink {
  readonly url: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly image: PublishableFile | null;
}

/** What `prepare` left at the network. Plain data: it is stored, and carried through the process. */
export type Prepared =
  | PreparedMedia
  | {
      readonly state: 'refused';
      readonly anchor: MediaAnchor | null;
      readonly parts: readonly MediaAnchor[];
      readonly refusal: PublishRefusal;
    };

/** How many posts a page may still publish, where the network counts them. */
export interface PublishingQuota {
  readonly used: number;
  readonly total: number;
  /** Over how long they are counted. */
  readonly windowMs: number;
}

export interface Published {
  readonly providerPostId: string;
  readonly permalink: string | null;
  /** The network has taken it and still works on it; `check` tells when it is out. Absent: it is out. */
  readonly pending?: true;
}

export interface PublishedSearch {
  readonly text: string;
  readonly anchor: MediaAnchor | null;
  /** The uploads that an album shows, in their order. */
  readonly parts: readonly MediaAnchor[];
  /** Epoch milliseconds: before the call whose answer was lost, by as much as the network's clock may differ. */
  readonly since: number;
}

export interface PublishedCandidate extends Published {
  /** By what it was recognised. `anchor` is proof; `text` needs the time and that nobody else owns it. */
  readonly matchedBy: 'anchor' | 'text';
  /** Epoch milliseconds, by the network's clock. */
  readonly publishedAt: number;
}

/** How an answer that is not success must be treated. The classes of the product's post state machine. */
export type ChannelErrorClass = 'retry_later' | 'refresh_token' | 'disconnected' | 'content_refused' | 'unknown';

/**
 * The only error that leaves a channel. Its message holds our own words; the network's words are in `provider`, which
 * goes to Postgres and never to logs or histories.
 */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly class: ChannelErrorClass;
  /**
   * Whether the network may have acted on the request: false only if it answered that it has not, or the request
   * cannot have left. For a read it does not matter.
   */
  readonly mayHaveActed: boolean;
  /** The network's own wish, from `Retry-After` or its usage headers. */
  readonly retryAfterMs: number | null;
  /** Set for `refresh_token` and `disconnected`: what became of the grant. */
  readonly grantProblem: GrantProblem | null;
  /** Of a lost permission: those that the network names. It may name more than are gone, or none. */
  readonly missingScopes: readonly string[];
  /** Set for `content_refused`: why, as a code; and `quota` for a `retry_later` of a page that may publish no more yet. */
  readonly refusal: PublishRefusal | null;
  /** The post that a refused duplicate repeats, where the network names it: it may be our own, or long gone. */
  readonly duplicateOf: string | null;
  readonly provider: ProviderAnswer | null;

  constructor(message: string, facts: ChannelErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.class = facts.class;
    this.mayHaveActed = facts.mayHaveActed;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.grantProblem = facts.grantProblem ?? null;
    this.missingScopes = facts.missingScopes ?? [];
    this.refusal = facts.refusal ?? null;
    this.duplicateOf = facts.duplicateOf ?? null;
    this.provider = facts.provider ?? null;
  }
}

export interface ChannelErrorFacts {
  readonly class: ChannelErrorClass;
  readonly mayHaveActed: boolean;
  readonly retryAfterMs?: number | null;
  readonly grantProblem?: GrantProblem | null;
  readonly missingScopes?: readonly string[];
  readonly refusal?: PublishRefusal | null;
  readonly duplicateOf?: string | null;
  readonly provider?: ProviderAnswer | null;
}

/** What the network said, for people. */
export interface ProviderAnswer {
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string | null;
}
